import { run } from "./command.ts"
import { Failure } from "./failure.ts"

/** Full id of the commit that is checked out. */
export async function headCommit(directory: string): Promise<string> {
  const result = await run(["git", "rev-parse", "HEAD"], {
    workingDirectory: directory,
    allowFailure: true,
  })
  if (result.exitCode !== 0) {
    throw new Failure(`${directory} has no git commit; commit stacks/ before you apply it.`)
  }
  return result.stdout.trim()
}

/** Paths below `path` that differ from the commit, one line each as git prints them. */
export async function uncommitted(directory: string, path: string): Promise<string[]> {
  const result = await run(["git", "status", "--porcelain", "--", path], {
    workingDirectory: directory,
  })
  return result.stdout.split("\n").filter((line) => line !== "")
}

/** Whoever runs the command, for locks: on GitHub who started the workflow; never fails. */
export async function identity(directory: string): Promise<string> {
  const actor = process.env.GITHUB_ACTOR
  if (actor !== undefined && actor !== "") return `${actor} on GitHub`
  const result = await run(["git", "config", "user.name"], {
    workingDirectory: directory,
    allowFailure: true,
  })
  return result.stdout.trim() || process.env.USER || "unknown"
}
