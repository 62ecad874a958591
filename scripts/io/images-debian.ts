import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "./command.ts"
import { Failure } from "./failure.ts"

/** Local name of the Debian 13 image everything is built from. */
export const debianTag = "quickcart/debian:13"

const officialImage = "debian:13-slim"
const pullTimeoutSeconds = 60

/** What the official slim image leaves out too. */
const leftOut = [
  "./var/cache/apt/archives/*.deb",
  "./var/lib/apt/lists/*",
  "./usr/share/doc/*/[!c]*",
  "./usr/share/info/*",
  "./usr/share/locale/*",
  "./usr/share/man/*",
]

/**
 * Makes sure `quickcart/debian:13` exists: Docker's official image, or the same
 * made with debootstrap where no registry answers.
 * Throws a Failure when neither works.
 */
export async function ensureDebian(report: (line: string) => void): Promise<void> {
  if (await hasImage(debianTag)) return
  report(`pulling ${officialImage}`)
  const pull = await run(["docker", "pull", "--quiet", officialImage], {
    allowFailure: true,
    timeoutSeconds: pullTimeoutSeconds,
  })
  if (pull.exitCode === 0) {
    await run(["docker", "tag", officialImage, debianTag])
    return
  }
  report("no registry answers: making Debian 13 with debootstrap")
  await bootstrap()
}

/** Whether the Engine has an image of that name. */
export async function hasImage(tag: string): Promise<boolean> {
  const found = await run(["docker", "image", "inspect", "--format", "{{.Id}}", tag], {
    allowFailure: true,
  })
  return found.exitCode === 0
}

async function bootstrap(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "quickcart-debian-"))
  const root = join(scratch, "root")
  const archive = join(scratch, "debian.tar")
  try {
    const made = await run(["debootstrap", "--variant=minbase", "trixie", root], {
      allowFailure: true,
    })
    if (made.exitCode !== 0) {
      const reason = (made.stderr.trim() || made.stdout.trim()).split("\n").slice(-3).join("\n")
      throw new Failure(
        `there is no Debian 13 image to build from: ${officialImage} cannot be pulled, and debootstrap (as root) failed:\n${reason}\nGive this machine access to a registry or to deb.debian.org and try again.`,
      )
    }
    const excludes = leftOut.map((pattern) => `--exclude=${pattern}`)
    await run(["tar", "-C", root, ...excludes, "-cf", archive, "."])
    await run(["docker", "import", "--change", 'CMD ["bash"]', archive, debianTag])
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
