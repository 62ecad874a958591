import { lstatSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { run } from "../io/command.ts"
import type { FileChange } from "./pull-request.ts"

/** Files that differ between two commits; `to` must be checked out in `directory`. */
export async function changesBetween(
  directory: string,
  from: string,
  to: string,
): Promise<FileChange[]> {
  const listed = await run(["git", "diff", "--no-renames", "--name-only", "-z", from, to], {
    workingDirectory: directory,
  })
  return split(listed.stdout).map((path) => readChange(directory, path))
}

/** Files of the working tree that the commit does not hold as they are, new ones included. */
export async function uncommittedChanges(directory: string): Promise<FileChange[]> {
  const options = { workingDirectory: directory }
  const changed = await run(["git", "diff", "--no-renames", "--name-only", "-z", "HEAD"], options)
  const added = await run(["git", "ls-files", "--others", "--exclude-standard", "-z"], options)
  const paths = [...new Set([...split(changed.stdout), ...split(added.stdout)])].sort()
  return paths.map((path) => readChange(directory, path))
}

function readChange(directory: string, path: string): FileChange {
  const file = join(directory, path)
  const stat = lstatSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return { path, mode: "100644", content: null }
  const mode = (stat.mode & 0o100) === 0 ? "100644" : "100755"
  return { path, mode, content: readFileSync(file) }
}

function split(text: string): string[] {
  return text.split("\0").filter((path) => path !== "")
}
