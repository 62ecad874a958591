import { createHash } from "node:crypto"
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { type ImageLock, type ImageName, imageNames } from "../images/names.ts"
import { run } from "./io/command.ts"

const directory = join(import.meta.dirname, "..", "images")
const lockFile = join(directory, "lock.json")

/** Hash of everything an image is built from. */
export function sourceHash(name: ImageName): string {
  const hash = createHash("sha256")
  for (const folder of ["base", name]) {
    for (const file of sourceFiles(join(directory, folder))) {
      const executable = (statSync(file).mode & 0o100) !== 0
      hash.update(`${relative(directory, file)}\0${executable}\0`)
      hash.update(readFileSync(file))
    }
  }
  return hash.digest("hex").slice(0, 16)
}

/** Tag of the image on this machine. */
export function localTag(name: ImageName): string {
  return `quickcart/${name}:${sourceHash(name)}`
}

/** Records the present sources in `images/lock.json`; published digests stay. */
export function writeLock(): void {
  const old = existsSync(lockFile) ? (JSON.parse(readFileSync(lockFile, "utf8")) as Partial<ImageLock>) : {}
  const lock = Object.fromEntries(
    imageNames.map((name) => [name, { source: sourceHash(name), digest: old[name]?.digest ?? null }]),
  )
  writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`)
}

export interface BuildOptions {
  onProgress: (line: string) => void
}

/** Builds the images that this machine does not hold yet. */
export async function buildImages(options: BuildOptions): Promise<void> {
  const missing = []
  for (const name of imageNames) if (!(await isHere(localTag(name)))) missing.push(name)
  if (missing.length === 0) return
  const base = await buildBase(options)
  for (const name of missing) {
    options.onProgress(`building ${localTag(name)}`)
    await build(name, localTag(name), ["BASE=" + base])
  }
}

async function buildBase(options: BuildOptions): Promise<string> {
  const debian = "quickcart/debian:13"
  if (!(await isHere(debian))) {
    options.onProgress("making Debian 13")
    const pulled = await run(["docker", "pull", "--quiet", "debian:13-slim"], { allowFailure: true })
    if (pulled.exitCode === 0) await run(["docker", "tag", "debian:13-slim", debian])
    else await run(["sh", "-c", `d=$(mktemp -d) && debootstrap --variant=minbase --include=ca-certificates trixie $d >/dev/null && tar -C $d -c . | docker import - ${debian}; rm -rf $d`])
  }
  const tag = "quickcart/base:latest"
  options.onProgress("building the base image")
  await build("base", tag, ["DEBIAN=" + debian])
  return tag
}

async function build(folder: string, tag: string, buildArguments: string[]): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), "quickcart-image-"))
  try {
    cpSync(join(directory, folder), context, { recursive: true })
    if (existsSync(join(context, "package-lock.json"))) {
      await run(["npm", "ci", "--omit=dev"], { workingDirectory: context })
      renameSync(join(context, "node_modules", `node-linux-${process.arch}`, "bin", "node"), join(context, "node"))
    }
    await run(
      ["docker", "build", "--tag", tag, ...buildArguments.flatMap((a) => ["--build-arg", a]), context],
      { environment: { DOCKER_BUILDKIT: "0" } },
    )
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}

async function isHere(tag: string): Promise<boolean> {
  return (await run(["docker", "image", "inspect", tag], { allowFailure: true })).exitCode === 0
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes("node_modules") && !file.endsWith(".test.ts"))
    .sort()
}
