import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "../io/command.ts"
import { Failure } from "../io/failure.ts"
import { changesBetween } from "./changes.ts"
import type { GitHub } from "./client.ts"
import { listDeployments } from "./deployments.ts"
import type { FileChange } from "./pull-request.ts"

/** Commits to undo: everything after `after` up to `upTo`, along the branch's first parents. */
export interface RevertRange {
  after: string
  upTo: string
  why: string
}

/**
 * The range a deployment brought: from the last one that converged before it.
 * `chosen` is a deployment's id or a commit; empty means the latest deployment.
 * A commit that no deployment names is undone alone.
 */
export async function revertRange(
  github: GitHub,
  repository: string,
  environment: string,
  chosen: string,
): Promise<RevertRange> {
  const deployments = await listDeployments(github, environment)
  const full = /^[0-9a-f]{7,40}$/.test(chosen) ? await resolveCommit(repository, chosen) : undefined
  const index = deployments.findIndex(
    (deployment) => chosen === "" || String(deployment.id) === chosen || deployment.sha === full,
  )
  const deployment = deployments[index]
  if (deployment === undefined) {
    if (full === undefined) {
      throw new Failure(
        `${environment} has no deployment ${chosen || "yet"}. Name a deployment's id or a commit.`,
      )
    }
    return { after: `${full}^1`, upTo: full, why: `commit ${full}` }
  }
  const before = deployments
    .slice(index + 1)
    .find(({ succeeded, sha }) => succeeded && sha !== deployment.sha)
  if (before === undefined) {
    throw new Failure(
      `no deployment of ${environment} before ${deployment.id} has converged, so there is nothing to go back to. Name a commit to undo instead.`,
    )
  }
  const why = `deployment ${deployment.id} of ${environment} (${deployment.sha}); deployment ${before.id} (${before.sha}) converged before it`
  return { after: before.sha, upTo: deployment.sha, why }
}

/**
 * What undoing the range changes in `head`, computed by git in a worktree of
 * its own. Throws a Failure naming the commit and the files on a conflict.
 */
export async function revertedFiles(
  repository: string,
  head: string,
  range: RevertRange,
): Promise<FileChange[]> {
  const directory = mkdtempSync(join(tmpdir(), "quickcart-revert-"))
  const git = (argv: string[], allowFailure = false) =>
    run(["git", ...argv], { workingDirectory: directory, allowFailure, environment: author })
  try {
    await run(["git", "worktree", "add", "--detach", "--quiet", directory, head], {
      workingDirectory: repository,
    })
    const list = await git(["rev-list", "--first-parent", `${range.after}..${range.upTo}`])
    const commits = list.stdout.split("\n").filter(Boolean)
    if (commits.length === 0) {
      throw new Failure(`there is no commit after ${range.after} up to ${range.upTo} to undo.`)
    }
    for (const commit of commits) await revertOne(git, commit)
    return await changesBetween(directory, head, "HEAD")
  } finally {
    await run(["git", "worktree", "remove", "--force", directory], {
      workingDirectory: repository,
      allowFailure: true,
    })
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The commit is made anew through the API; this one only carries the tree. */
const author = {
  GIT_AUTHOR_NAME: "quickcart",
  GIT_AUTHOR_EMAIL: "quickcart@localhost",
  GIT_COMMITTER_NAME: "quickcart",
  GIT_COMMITTER_EMAIL: "quickcart@localhost",
}

type Git = (
  argv: string[],
  allowFailure?: boolean,
) => Promise<{ exitCode: number; stdout: string; stderr: string }>

async function revertOne(git: Git, commit: string): Promise<void> {
  const parents = (await git(["rev-list", "--parents", "-n", "1", commit])).stdout.trim().split(" ")
  const mainline = parents.length > 2 ? ["-m", "1"] : []
  const reverted = await git(["revert", "--no-edit", ...mainline, commit], true)
  if (reverted.exitCode === 0) return
  const conflicts = (await git(["diff", "--name-only", "--diff-filter=U"])).stdout.trim()
  if (conflicts === "" && (await git(["diff", "--cached", "--quiet"], true)).exitCode === 0) {
    await git(["revert", "--skip"])
    return
  }
  throw new Failure(
    `undoing ${commit.slice(0, 12)} conflicts with what came after it in:\n${conflicts}\nRevert by hand, or choose a later deployment.`,
  )
}

async function resolveCommit(repository: string, name: string): Promise<string | undefined> {
  const result = await run(["git", "rev-parse", "--verify", "--quiet", `${name}^{commit}`], {
    workingDirectory: repository,
    allowFailure: true,
  })
  return result.exitCode === 0 ? result.stdout.trim() : undefined
}
