import { Octokit } from "@octokit/rest"
import { Failure, messageOf } from "../io/failure.ts"

/** One repository on GitHub, as a workflow's token may see it. */
export interface GitHub {
  api: Octokit
  owner: string
  repo: string
  /** Page of the workflow run that is under way; empty outside of one. */
  runUrl: string
}

/**
 * Opens the repository that the workflow runs for, from the variables every
 * runner sets and the token the step was given. Throws a Failure that names
 * what is missing.
 */
export function openGitHub(environment: NodeJS.ProcessEnv = process.env): GitHub {
  const { GITHUB_REPOSITORY, GITHUB_TOKEN, GITHUB_API_URL, GITHUB_SERVER_URL, GITHUB_RUN_ID } =
    environment
  const [owner, repo] = (GITHUB_REPOSITORY ?? "").split("/")
  if (!owner || !repo) {
    throw new Failure(
      "GITHUB_REPOSITORY is not set. This verb is for workflows; see docs/workflows.md.",
    )
  }
  if (!GITHUB_TOKEN) {
    throw new Failure("GITHUB_TOKEN is not set. Map github.token to it in the step's env.")
  }
  const api = new Octokit({
    auth: GITHUB_TOKEN,
    baseUrl: GITHUB_API_URL || "https://api.github.com",
    userAgent: "quickcart-infrastructure",
  })
  const server = GITHUB_SERVER_URL || "https://github.com"
  const runUrl = GITHUB_RUN_ID ? `${server}/${owner}/${repo}/actions/runs/${GITHUB_RUN_ID}` : ""
  return { api, owner, repo, runUrl }
}

/**
 * Runs calls to GitHub; an answer that refuses becomes a Failure naming what
 * was attempted, the status and GitHub's message.
 */
export async function asking<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof Failure) throw error
    const status = (error as { status?: number }).status
    const message = messageOf(error)
    const hint =
      status === 403 || status === 404 ? " Does the job's permissions block allow it?" : ""
    throw new Failure(
      `GitHub refused to ${what}${status === undefined ? "" : ` (${status})`}: ${message}.${hint}`,
    )
  }
}
