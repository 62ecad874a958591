import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"

/** One file an image is made of. */
export interface SourceFile {
  /** Relative to `images/`, with forward slashes. */
  path: string
  content: Buffer
  executable: boolean
}

/** Files of one folder of `images/`, ordered by path, without tests and installed packages. */
export function readSources(imagesDirectory: string, folder: string): SourceFile[] {
  return filesBelow(join(imagesDirectory, folder))
    .filter((file) => !file.endsWith(".test.ts"))
    .map((file) => ({
      path: relative(imagesDirectory, file).replaceAll("\\", "/"),
      content: readFileSync(file),
      executable: (statSync(file).mode & 0o100) !== 0,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * Writes the files below `directory`, without their first path segment. Modes become
 * 755 or 644: an image must not depend on the umask of whoever cloned the repository.
 */
export function stageSources(files: SourceFile[], directory: string): void {
  for (const { path, content, executable } of files) {
    const target = join(directory, path.slice(path.indexOf("/") + 1))
    mkdirSync(dirname(target), { recursive: true })
    chmodSync(dirname(target), 0o755)
    writeFileSync(target, content)
    chmodSync(target, executable ? 0o755 : 0o644)
  }
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules") return []
    const path = join(directory, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}
