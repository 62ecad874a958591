import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "./command.ts"
import { Failure } from "./failure.ts"

/** Full id of the commit that a branch, tag or id names. Throws a Failure for an unknown one. */
export async function resolveCommit(repository: string, reference: string): Promise<string> {
  const result = await run(
    ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", `${reference}^{commit}`],
    { workingDirectory: repository, allowFailure: true },
  )
  if (result.exitCode === 0) return result.stdout.trim()
  throw new Failure(
    `git knows no commit "${reference}" here. Fetch it first (in Actions: fetch-depth: 0), or name another with --base.`,
  )
}

/**
 * Calls `use` with a temporary directory that holds the given paths as they are
 * in a commit; paths that the commit does not have are left out.
 */
export async function withTree<T>(
  repository: string,
  commit: string,
  paths: string[],
  use: (directory: string) => T | Promise<T>,
): Promise<T> {
  const listed = await run(["git", "ls-tree", "--name-only", commit, "--", ...paths], {
    workingDirectory: repository,
  })
  const present = listed.stdout.split("\n").filter((line) => line !== "")
  const directory = mkdtempSync(join(tmpdir(), "quickcart-tree-"))
  try {
    if (present.length > 0) await extract(repository, commit, present, directory)
    return await use(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function extract(repository: string, commit: string, paths: string[], directory: string) {
  const archive = join(directory, "tree.tar")
  await run(["git", "archive", "--format=tar", `--output=${archive}`, commit, "--", ...paths], {
    workingDirectory: repository,
  })
  await run(["tar", "-xf", archive, "-C", directory])
  rmSync(archive)
}

/** Commits that changed a path, newest first. */
export async function commitsThatChanged(
  repository: string,
  path: string,
  limit: number,
): Promise<string[]> {
  const result = await run(
    ["git", "log", `--max-count=${limit}`, "--format=%H", "HEAD", "--", path],
    { workingDirectory: repository, allowFailure: true },
  )
  return result.stdout.split("\n").filter((line) => line !== "")
}

/** A branch of `origin` and the commit it is at. */
export interface RemoteBranch {
  /** e.g. `origin/main`. */
  name: string
  /** Undefined when neither the remote nor an earlier fetch says. */
  head: string | undefined
  /** Whether the remote itself answered just now. */
  fresh: boolean
}

const remoteTimeoutSeconds = 15

/**
 * The branch of `origin` that the checkout belongs to: the checked-out one, or
 * `fallback` where Actions detach HEAD. Undefined without remote or branch.
 * Asks the remote, and believes the last fetch when that does not answer.
 */
export async function remoteBranch(
  repository: string,
  fallback: string | undefined,
): Promise<RemoteBranch | undefined> {
  const git = (...argv: string[]) =>
    run(["git", ...argv], {
      workingDirectory: repository,
      allowFailure: true,
      timeoutSeconds: remoteTimeoutSeconds,
      environment: { GIT_TERMINAL_PROMPT: "0", GIT_SSH_COMMAND: "ssh -o BatchMode=yes" },
    })
  if ((await git("remote", "get-url", "origin")).exitCode !== 0) return undefined
  const branch = (await git("symbolic-ref", "--quiet", "--short", "HEAD")).stdout.trim() || fallback
  if (branch === undefined || branch === "") return undefined
  const name = `origin/${branch}`
  const asked = await git("ls-remote", "origin", `refs/heads/${branch}`)
  if (asked.exitCode === 0) {
    return { name, head: asked.stdout.split("\t")[0] || undefined, fresh: true }
  }
  const fetched = await git("rev-parse", "--verify", "--quiet", `refs/remotes/${name}`)
  return { name, head: fetched.stdout.trim() || undefined, fresh: false }
}
