import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/**
 * What one checkout knows about an environment and must not be committed:
 * SSH keys, pinned host keys, the box's certificates. Lives in `.quickcart/<env>`.
 */
export interface State {
  root: string
  path(...parts: string[]): string
  read(...parts: string[]): string | undefined
  /** Writes a file only its owner can read. */
  write(text: string, ...parts: string[]): string
  /** Removes a file if it is there. */
  remove(...parts: string[]): void
}

/** Opens (and creates) the state directory of an environment. */
export function openState(repository: string, environment: string): State {
  const root = join(repository, ".quickcart", environment)
  mkdirSync(root, { recursive: true, mode: 0o700 })
  const path = (...parts: string[]) => join(root, ...parts)
  return {
    root,
    path,
    read: (...parts) =>
      existsSync(path(...parts)) ? readFileSync(path(...parts), "utf8") : undefined,
    write: (text, ...parts) => {
      const file = path(...parts)
      mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 })
      writeFileSync(file, text, { mode: 0o600 })
      chmodSync(file, 0o600)
      return file
    },
    remove: (...parts) => rmSync(path(...parts), { force: true }),
  }
}
