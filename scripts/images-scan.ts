import { existsSync } from "node:fs"
import { join } from "node:path"
import { type ImageName, imageNames } from "../images/names.ts"
import { localTag } from "./images.ts"
import { debianHoles, npmHoles } from "./images-holes.ts"
import { run } from "./io/command.ts"
import { Failure } from "./io/failure.ts"
import { debianTag } from "./io/images-debian.ts"

/** Reads a dpkg status file on standard input, prints one line a hole that has a fix. */
const scanScript = [
  "cat > /tmp/status",
  "apt-get update --quiet=2 >&2",
  "apt-get install --quiet=2 --yes --no-install-recommends debsecan ca-certificates >&2",
  "debsecan --suite trixie --only-fixed --format summary --status /tmp/status",
].join(" && ")

const scanTimeoutSeconds = 300

/**
 * Compares the Debian packages of every built image with Debian's security tracker, and the
 * npm packages of those that hold some with npm's advisories. Throws a Failure listing every
 * hole for which a fix is out, or when one of the two does not answer. What has no fix yet is
 * not reported, and Node itself is in neither.
 */
export async function scanImages(report: (line: string) => void): Promise<void> {
  const debian: string[] = []
  const npm: string[] = []
  for (const name of imageNames) {
    const [ofDebian, ofNpm] = [await scanDebian(name), await scanNpm(name)]
    const count = ofDebian.length + ofNpm.length
    report(`${name}: ${count === 0 ? "no hole with a fix" : `${count} to fix`}`)
    debian.push(...ofDebian.map((hole) => `  ${name}: ${hole}`))
    npm.push(...ofNpm.map((hole) => `  ${name}: ${hole}`))
  }
  const remedies = [
    remedy(`Debian has fixed; rebuild the base (docker image rm ${debianTag})`, debian),
    remedy("npm has a fix for; run `npm audit fix --package-lock-only` in the image's folder", npm),
  ].filter((text) => text !== "")
  if (remedies.length > 0) throw new Failure(remedies.join("\n"))
}

function remedy(what: string, holes: string[]): string {
  if (holes.length === 0) return ""
  return `these images hold packages with known holes that ${what}:\n${holes.join("\n")}`
}

async function scanDebian(name: ImageName): Promise<string[]> {
  const show = ["docker", "run", "--rm", "--entrypoint", "cat", localTag(name)]
  const status = await run([...show, "/var/lib/dpkg/status"])
  // Of nothing, debsecan says nothing.
  if (!status.stdout.includes("Package: ")) throw new Failure(`${name} lists no Debian package`)
  const scan = ["docker", "run", "--rm", "--interactive", debianTag, "sh", "-c", scanScript]
  const options = { input: status.stdout, timeoutSeconds: scanTimeoutSeconds }
  return debianHoles((await run(scan, options)).stdout)
}

/** The lock is part of what the image's tag is made of, and `npm ci` has installed just that. */
async function scanNpm(name: ImageName): Promise<string[]> {
  const folder = join(import.meta.dirname, "..", "images", name)
  if (!existsSync(join(folder, "package-lock.json"))) return []
  const audit = ["npm", "audit", "--package-lock-only", "--omit=dev", "--json"]
  const options = { workingDirectory: folder, allowFailure: true }
  return npmHoles((await run(audit, { ...options, timeoutSeconds: scanTimeoutSeconds })).stdout)
}
