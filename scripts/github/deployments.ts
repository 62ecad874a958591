import { Failure } from "../io/failure.ts"
import { asking, type GitHub } from "./client.ts"

export interface DeploymentRequest {
  /** Full commit id. */
  sha: string
  environment: string
  /** Address under which customers reach it. */
  url: string
}

/** How a job ended, as `job.status` says it. */
export type JobStatus = "success" | "failure" | "cancelled"

/**
 * Records that the commit is being deployed and returns the deployment's id.
 * No merge, no required checks: the commit is on the branch already.
 */
export async function startDeployment(
  github: GitHub,
  { sha, environment, url }: DeploymentRequest,
): Promise<number> {
  const { api, owner, repo, runUrl } = github
  const created = await asking("create the deployment", () =>
    api.rest.repos.createDeployment({
      owner,
      repo,
      ref: sha,
      environment,
      description: `quickcart apply ${environment}`,
      auto_merge: false,
      required_contexts: [],
      production_environment: environment === "production",
      transient_environment: false,
    }),
  )
  // 202 means that GitHub merged something instead; auto_merge: false rules it out.
  if (!("id" in created.data))
    throw new Failure(`GitHub made no deployment: ${created.data.message}`)
  const id = created.data.id
  await setStatus(github, id, "in_progress", url, `Applying ${sha.slice(0, 12)}`)
  if (runUrl !== "") process.stdout.write(`deployment ${id} of ${environment}: in progress\n`)
  return id
}

/** Records how the deployment ended. GitHub marks the environment's earlier ones inactive. */
export async function finishDeployment(
  github: GitHub,
  id: number,
  status: JobStatus,
  url: string,
): Promise<void> {
  if (status === "success") return setStatus(github, id, "success", url, "Converged")
  if (status === "cancelled") {
    return setStatus(github, id, "error", url, "Cancelled; the next apply completes or undoes it")
  }
  await setStatus(github, id, "failure", url, "Failed; the run's log names the cause")
}

export interface Deployment {
  id: number
  sha: string
  /** Whether it ever converged; a later one makes it inactive, not unsuccessful. */
  succeeded: boolean
}

/** The environment's latest deployments, newest first. */
export async function listDeployments(
  github: GitHub,
  environment: string,
  limit = 30,
): Promise<Deployment[]> {
  const { api, owner, repo } = github
  return asking("list the deployments", async () => {
    const { data } = await api.rest.repos.listDeployments({
      owner,
      repo,
      environment,
      per_page: limit,
    })
    return Promise.all(
      data.map(async ({ id, sha }) => {
        const statuses = await api.rest.repos.listDeploymentStatuses({
          owner,
          repo,
          deployment_id: id,
          per_page: 100,
        })
        return { id, sha, succeeded: statuses.data.some(({ state }) => state === "success") }
      }),
    )
  })
}

async function setStatus(
  { api, owner, repo, runUrl }: GitHub,
  id: number,
  state: "in_progress" | "success" | "failure" | "error",
  url: string,
  description: string,
): Promise<void> {
  await asking("set the deployment's status", () =>
    api.rest.repos.createDeploymentStatus({
      owner,
      repo,
      deployment_id: id,
      state,
      description,
      environment_url: url,
      ...(runUrl === "" ? {} : { log_url: runUrl }),
    }),
  )
}
