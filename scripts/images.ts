import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type ImageLock, type ImageName, imageNames } from "../images/names.ts"
import { nowMs } from "./io/clock.ts"
import { Failure } from "./io/failure.ts"
import { buildImage } from "./io/images-build.ts"
import { debianTag, ensureDebian, hasImage } from "./io/images-debian.ts"
import { publishImage } from "./io/images-publish.ts"
import { readSources, type SourceFile } from "./io/images-sources.ts"

const imagesDirectory = join(import.meta.dirname, "..", "images")
const lockFile = join(imagesDirectory, "lock.json")

/** Builds at the same time: they alternate between the network and one core each. */
const parallelBuilds = 3

/** The largest first, so that it does not end alone. */
const buildOrder: readonly ImageName[] = [
  "host",
  "prometheus",
  "postgres",
  "shop",
  "pgbouncer",
  "etcd",
  "keepalived",
  "exporters",
  "logs",
  "s3",
  "redis",
  "haproxy",
  "registry",
]

export interface BuildOptions {
  /** All when omitted. */
  names?: readonly ImageName[]
  onProgress?: (line: string) => void
}

/**
 * The `source` tag of an image: the first 16 hex digits of the SHA-256 over the paths,
 * executable bits and contents of its files and of the base's.
 */
export function sourceHash(name: ImageName): string {
  return hashSources([...readSources(imagesDirectory, "base"), ...sourcesOf(name)])
}

/** First 16 hex digits of the SHA-256 over paths, executable bits and contents. */
export function hashSources(files: SourceFile[]): string {
  const hash = createHash("sha256")
  for (const { path, content, executable } of files) {
    hash.update(`${path}\0${executable ? "x" : "-"}\0${content.length}\0`)
    hash.update(content)
  }
  return hash.digest("hex").slice(0, 16)
}

/** Name of the image in the local Engine, e.g. `quickcart/haproxy:0123456789abcdef`. */
export function localTag(name: ImageName): string {
  return `quickcart/${name}:${sourceHash(name)}`
}

/**
 * Builds the images that this Engine does not have yet. Throws a Failure when a build
 * fails, with the end of its output.
 */
export async function buildImages(options: BuildOptions = {}): Promise<void> {
  const report = options.onProgress ?? (() => {})
  const wanted = buildOrder.filter((name) => options.names?.includes(name) ?? true)
  const missing: ImageName[] = []
  for (const name of wanted) {
    if (await hasImage(localTag(name))) report(`${name}: up to date`)
    else missing.push(name)
  }
  if (missing.length === 0) return
  const base = await ensureBase(report)
  await eachOf(missing, parallelBuilds, (name) =>
    timed(name, report, () =>
      buildImage(localTag(name), sourcesOf(name), { argument: "BASE", tag: base }),
    ),
  )
}

/**
 * Writes the current sources to `images/lock.json`. A digest stays: it names the image
 * that was published last, which is what production keeps running until the next one.
 */
export function writeLock(): void {
  const before = readLock()
  const entries = imageNames.map((name) => {
    const digest = before?.[name]?.digest ?? null
    return [name, { source: sourceHash(name), digest }] as const
  })
  const text = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
  if (!existsSync(lockFile) || readFileSync(lockFile, "utf8") !== text) {
    writeFileSync(lockFile, text)
  }
}

/**
 * Pushes every image to `registry` under its source tag and records the digest
 * the registry gave it in `images/lock.json`; production refers to images by it.
 * Build first. Throws a Failure when a push is refused.
 */
export async function publishImages(
  registry: string,
  report: (line: string) => void = () => {},
): Promise<void> {
  const lock = readLock()
  if (lock === undefined)
    throw new Failure("images/lock.json is missing; run: npx quickcart images")
  for (const name of imageNames) {
    const digest = await publishImage(localTag(name), `${registry}/${name}`)
    lock[name] = { source: sourceHash(name), digest }
    report(`${name}: ${digest}`)
  }
  writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`)
}

function readLock(): ImageLock | undefined {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, "utf8")) : undefined
}

function sourcesOf(name: ImageName): SourceFile[] {
  return readSources(imagesDirectory, name)
}

async function ensureBase(report: (line: string) => void): Promise<string> {
  const files = readSources(imagesDirectory, "base")
  const tag = `quickcart/base:${hashSources(files)}`
  if (await hasImage(tag)) return tag
  await timed("debian", report, () => ensureDebian(report))
  await timed("base", report, () => buildImage(tag, files, { argument: "DEBIAN", tag: debianTag }))
  return tag
}

async function timed(
  name: string,
  report: (line: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  const start = nowMs()
  report(`${name}: building`)
  await work()
  report(`${name}: ready in ${((nowMs() - start) / 1000).toFixed(1)} s`)
}

async function eachOf<T>(
  items: readonly T[],
  parallel: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  const ended = await Promise.allSettled(Array.from({ length: parallel }, worker))
  const failed = ended.find((result) => result.status === "rejected")
  if (failed !== undefined) throw failed.reason
}
