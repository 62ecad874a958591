import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { dirname } from "node:path"
import { Failure, messageOf } from "./failure.ts"

/** Text of a file, or undefined when there is none. Throws a Failure for a directory. */
export function readText(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  if (statSync(path).isDirectory()) throw new Failure(`${path} is a directory, not a file.`)
  return readFileSync(path, "utf8")
}

/** What `parse` makes of a file's text. Throws a Failure that names the file and what to do. */
export function readParsed<T>(path: string, parse: (text: string) => T, remedy: string): T {
  const text = readText(path)
  if (text === undefined) throw new Failure(`${path} is missing. ${remedy}`)
  try {
    return parse(text)
  } catch (error) {
    const [reason] = messageOf(error).split("\n")
    throw new Failure(`${path} cannot be read: ${reason}. ${remedy}`)
  }
}

/** Writes a file so that readers see the old text or the new one, never half of it. */
export function writeAtomic(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const unfinished = `${path}.unfinished-${process.pid}`
  try {
    writeFileSync(unfinished, text)
    renameSync(unfinished, path)
  } finally {
    rmSync(unfinished, { force: true })
  }
}

/** Names in a directory, sorted; none when there is no such directory. */
export function list(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : []
}

/** Paths of all files below a directory, relative to it, with forward slashes, sorted. */
export function listFiles(directory: string): string[] {
  return list(directory)
    .flatMap((name) =>
      statSync(`${directory}/${name}`).isDirectory()
        ? listFiles(`${directory}/${name}`).map((inner) => `${name}/${inner}`)
        : [name],
    )
    .sort()
}

/** Removes a file, and the directories above it up to `root` that this leaves empty. */
export function remove(path: string, root: string): void {
  rmSync(path, { force: true })
  let directory = dirname(path)
  while (directory.startsWith(`${root}/`) && list(directory).length === 0) {
    if (existsSync(directory)) rmdirSync(directory)
    directory = dirname(directory)
  }
  if (directory === root && list(root).length === 0 && existsSync(root)) rmdirSync(root)
}
