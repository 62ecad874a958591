import type { RemoteBranch } from "../io/git-tree.ts"
import { asking, type GitHub, openGitHub } from "./client.ts"

/** Commit that a branch points to on GitHub now. */
export async function branchHead(github: GitHub, branch: string): Promise<string> {
  return asking(`read the branch ${branch}`, () => headOf(github, branch))
}

/**
 * The branch that a workflow runs for, as GitHub's API knows it: without a git
 * credential on the disk, git itself cannot ask a private repository. Undefined
 * outside of a workflow, and in a step that was given no token.
 */
export async function workflowBranch(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<RemoteBranch | undefined> {
  const { GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_REF } = environment
  const branch = /^refs\/heads\/(.+)$/.exec(GITHUB_REF ?? "")?.[1]
  if (!GITHUB_TOKEN || !GITHUB_REPOSITORY || branch === undefined) return undefined
  const github = openGitHub(environment)
  const head = await asking(`read the branch ${branch}`, async () => {
    try {
      return await headOf(github, branch)
    } catch (error) {
      if ((error as { status?: number }).status === 404) return undefined
      throw error
    }
  })
  return { name: `origin/${branch}`, head, fresh: true }
}

async function headOf({ api, owner, repo }: GitHub, branch: string): Promise<string> {
  const { data } = await api.rest.git.getRef({ owner, repo, ref: `heads/${branch}` })
  return data.object.sha
}
