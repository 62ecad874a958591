import { asking, type GitHub } from "./client.ts"

/** A file's new content, or null where it is to go. */
export interface FileChange {
  path: string
  mode: "100644" | "100755"
  content: Buffer | null
}

export interface Proposal {
  /** Commit the changes are based on; the pull request goes to `base`. */
  parent: string
  base: string
  branch: string
  title: string
  body: string
  changes: FileChange[]
}

export interface OpenedPullRequest {
  number: number
  url: string
  created: boolean
}

/**
 * Commits the changes to a branch and opens a pull request from it, or moves
 * the branch of the one that is open already. Everything goes through the API:
 * no git credential ever lies on the runner's disk.
 */
export async function proposeChanges(
  github: GitHub,
  proposal: Proposal,
): Promise<OpenedPullRequest> {
  const commit = await createCommit(github, proposal)
  await pointBranch(github, proposal.branch, commit)
  const { api, owner, repo } = github
  const { base, branch, title, body } = proposal
  return asking("open the pull request", async () => {
    const open = await api.rest.pulls.list({
      owner,
      repo,
      state: "open",
      head: `${owner}:${branch}`,
      base,
    })
    const existing = open.data[0]
    if (existing !== undefined) {
      const { data } = await api.rest.pulls.update({
        owner,
        repo,
        pull_number: existing.number,
        title,
        body,
      })
      return { number: data.number, url: data.html_url, created: false }
    }
    const { data } = await api.rest.pulls.create({ owner, repo, base, head: branch, title, body })
    return { number: data.number, url: data.html_url, created: true }
  })
}

async function createCommit(github: GitHub, proposal: Proposal): Promise<string> {
  const { api, owner, repo } = github
  return asking("create the commit", async () => {
    const tree = []
    for (const { path, mode, content } of proposal.changes) {
      if (content === null) {
        tree.push({ path, mode, type: "blob" as const, sha: null })
        continue
      }
      const blob = await api.rest.git.createBlob({
        owner,
        repo,
        content: content.toString("base64"),
        encoding: "base64",
      })
      tree.push({ path, mode, type: "blob" as const, sha: blob.data.sha })
    }
    const parent = await api.rest.git.getCommit({ owner, repo, commit_sha: proposal.parent })
    const made = await api.rest.git.createTree({
      owner,
      repo,
      base_tree: parent.data.tree.sha,
      tree,
    })
    const commit = await api.rest.git.createCommit({
      owner,
      repo,
      message: `${proposal.title}\n\n${proposal.body}`,
      tree: made.data.sha,
      parents: [proposal.parent],
    })
    return commit.data.sha
  })
}

async function pointBranch(github: GitHub, branch: string, sha: string): Promise<void> {
  const { api, owner, repo } = github
  await asking(`point the branch ${branch}`, async () => {
    const { data } = await api.rest.git.listMatchingRefs({ owner, repo, ref: `heads/${branch}` })
    if (data.some(({ ref }) => ref === `refs/heads/${branch}`)) {
      await api.rest.git.updateRef({ owner, repo, ref: `heads/${branch}`, sha, force: true })
    } else {
      await api.rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha })
    }
  })
}
