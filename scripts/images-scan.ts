import { imageNames } from "../images/names.ts"
import { localTag } from "./images.ts"
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

/**
 * Compares the Debian packages of every built image with Debian's security
 * tracker. Throws a Failure listing every hole for which a fix is out: a
 * rebuild takes it up. What has no fix yet is not reported.
 */
export async function scanImages(report: (line: string) => void): Promise<void> {
  const holes: string[] = []
  for (const name of imageNames) {
    const show = ["docker", "run", "--rm", "--entrypoint", "cat", localTag(name)]
    const status = await run([...show, "/var/lib/dpkg/status"])
    const scanned = await run(
      ["docker", "run", "--rm", "--interactive", debianTag, "sh", "-c", scanScript],
      { input: status.stdout, timeoutSeconds: 300 },
    )
    const found = scanned.stdout.split("\n").filter((line) => line.trim() !== "")
    report(`${name}: ${found.length === 0 ? "no hole with a fix" : `${found.length} to fix`}`)
    holes.push(...found.map((line) => `  ${name}: ${line}`))
  }
  if (holes.length === 0) return
  throw new Failure(
    `these images hold packages with known holes that Debian has fixed; rebuild the base (docker image rm ${debianTag}):\n${holes.join("\n")}`,
  )
}
