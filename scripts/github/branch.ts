import { asking, type GitHub } from "./client.ts"

/** Commit that a branch points to on GitHub now. */
export async function branchHead({ api, owner, repo }: GitHub, branch: string): Promise<string> {
  return asking(`read the branch ${branch}`, async () => {
    const { data } = await api.rest.git.getRef({ owner, repo, ref: `heads/${branch}` })
    return data.object.sha
  })
}
