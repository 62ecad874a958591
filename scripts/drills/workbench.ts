import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { parseDocument } from "yaml"
import { type CommandResult, run } from "../io/command.ts"

/**
 * A copy of the repository in which a drill edits the spec, commits and
 * applies as an engineer would. State and modules are shared with the original.
 */
export interface Workbench {
  directory: string
  /** Environment that it applies, and whose box it is for. */
  environment: string
  /** Sets one field of an environment (undefined removes it), renders, and commits. */
  change(environment: string, path: (string | number)[], value: unknown): Promise<void>
  git(...args: string[]): Promise<CommandResult>
  /** Goes back to the state in which the copy was opened. */
  reset(): Promise<void>
  /** Runs the CLI of the copy. */
  quickcart(...args: string[]): Promise<CommandResult>
  remove(): void
}

const committer = ["-c", "user.name=drill", "-c", "user.email=drill@quickcart.test"]

/** Copies all files that git would consider, commits them, and links what is shared. */
export async function openWorkbench(repository: string, environment = "local"): Promise<Workbench> {
  const directory = mkdtempSync(join(tmpdir(), "quickcart-drill-"))
  const listed = await run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
    {
      workingDirectory: repository,
    },
  )
  for (const file of listed.stdout.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    cpSync(join(repository, file), join(directory, file), { force: true })
  }
  for (const shared of ["node_modules", ".quickcart"]) {
    symlinkSync(join(repository, shared), join(directory, shared))
  }
  const git = (...args: string[]) =>
    run(["git", ...committer, ...args], { workingDirectory: directory })
  const quickcart = (...args: string[]) =>
    run([process.execPath, join(directory, "scripts", "quickcart.js"), ...args], {
      workingDirectory: directory,
      allowFailure: true,
    })
  await git("init", "--quiet", "--initial-branch", "main")
  writeFileSync(join(directory, ".git", "info", "exclude"), "node_modules\n.quickcart\n")
  await git("add", "--all")
  await git("commit", "--quiet", "--message", "Base of the drill")
  const base = (await git("rev-parse", "HEAD")).stdout.trim()
  return {
    directory,
    environment,
    git,
    reset: async () => void (await git("reset", "--quiet", "--hard", base)),
    quickcart,
    change: async (environment, path, value) => {
      const file = join(directory, "environments", `${environment}.yaml`)
      const document = parseDocument(readFileSync(file, "utf8"))
      if (value === undefined) document.deleteIn(path)
      else document.setIn(path, value)
      writeFileSync(file, document.toString())
      const rendered = await quickcart("render", environment)
      if (rendered.exitCode !== 0)
        throw new Error(`render refused: ${rendered.stdout}${rendered.stderr}`)
      // With files that were not rendered before.
      await git("add", "--all")
      await git("commit", "--quiet", "--message", `Set ${path.join(".")}`)
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
