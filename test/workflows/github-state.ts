import { git } from "./git.ts"
import type { ApiCall, ApiHandler } from "./github-api.ts"
import { first, gitHandlers } from "./github-git.ts"

export interface Comment {
  id: number
  issue: number
  body: string
  user: { login: string; type: string }
}

export interface Issue {
  number: number
  title: string
  body: string
  state: string
  labels: string[]
}

export interface PullRequest {
  number: number
  title: string
  body: string
  state: string
  head: { ref: string; sha: string; label: string }
  base: string
}

export interface DeploymentRecord {
  id: number
  sha: string
  environment: string
  /** Oldest first. */
  statuses: { state: string; url: string; description: string; created_at: string }[]
}

/** What a repository on GitHub holds besides git. */
export interface GitHubState {
  comments: Comment[]
  issues: Issue[]
  pulls: PullRequest[]
  deployments: DeploymentRecord[]
  nextNumber(): number
}

const bot = { login: "github-actions[bot]", type: "Bot" }

/** An empty repository page. */
export function emptyState(): GitHubState {
  let last = 0
  return {
    comments: [],
    issues: [],
    pulls: [],
    deployments: [],
    nextNumber: () => {
      last += 1
      return last
    },
  }
}

/** Handlers that keep `state`, with git's part in the bare repository `origin`. */
export function githubHandlers(state: GitHubState, origin: string): Record<string, ApiHandler> {
  return {
    ...commentHandlers(state),
    ...issueHandlers(state),
    ...pullHandlers(state, origin),
    ...deploymentHandlers(state),
    ...gitHandlers(origin),
  }
}

function commentHandlers(state: GitHubState): Record<string, ApiHandler> {
  const show = (example: object, { id, body, user }: Comment) => ({ ...example, id, body, user })
  return {
    "issues/list-comments": ({ parameters, example }) =>
      state.comments
        .filter((comment) => comment.issue === parameters.issue_number)
        .map((comment) => show(first(example), comment)),
    "issues/create-comment": ({ parameters, body, example }) => {
      const issue = Number(parameters.issue_number)
      const comment = { id: state.nextNumber(), issue, body: String(body.body), user: bot }
      state.comments.push(comment)
      return show(example, comment)
    },
    "issues/update-comment": ({ parameters, body, example }) => {
      const comment = state.comments.find(({ id }) => id === parameters.comment_id)
      if (comment === undefined) return undefined
      comment.body = String(body.body)
      return show(example, comment)
    },
  }
}

function issueHandlers(state: GitHubState): Record<string, ApiHandler> {
  const show = (example: object, issue: Issue) => {
    const { pull_request: _, ...plain } = example as { pull_request?: unknown }
    return { ...plain, ...issue, user: bot, labels: issue.labels.map((name) => ({ name })) }
  }
  return {
    "issues/list-for-repo": ({ parameters, example }) => {
      const labels = String(parameters.labels ?? "")
        .split(",")
        .filter(Boolean)
      return state.issues
        .filter((issue) => issue.state === (parameters.state ?? "open"))
        .filter((issue) => labels.every((label) => issue.labels.includes(label)))
        .map((issue) => show(first(example), issue))
    },
    "issues/create": ({ body, example }) => {
      const issue = {
        number: state.nextNumber(),
        title: String(body.title),
        body: String(body.body),
        state: "open",
        labels: (body.labels ?? []) as string[],
      }
      state.issues.push(issue)
      return show(example, issue)
    },
    "issues/update": ({ parameters, body, example }) => {
      const issue = state.issues.find(({ number }) => number === parameters.issue_number)
      if (issue === undefined) return undefined
      const { title, body: text, state: next } = body as Partial<Issue>
      Object.assign(issue, defined({ title, body: text, state: next }))
      return show(example, issue)
    },
  }
}

function pullHandlers(state: GitHubState, origin: string): Record<string, ApiHandler> {
  const show = (example: object, pull: PullRequest) => {
    const { head, base } = example as { head: object; base: object }
    return {
      ...example,
      ...pull,
      html_url: `https://github.test/pull/${pull.number}`,
      head: { ...head, ...pull.head },
      base: { ...base, ref: pull.base },
    }
  }
  return {
    "pulls/list": ({ parameters, example }) =>
      state.pulls
        .filter((pull) => pull.state === (parameters.state ?? "open"))
        .filter((pull) => !parameters.head || pull.head.label === parameters.head)
        .filter((pull) => !parameters.base || pull.base === parameters.base)
        .map((pull) => show(first(example), pull)),
    "pulls/create": ({ parameters, body, example }) => {
      const ref = String(body.head)
      const pull = {
        number: state.nextNumber(),
        title: String(body.title),
        body: String(body.body),
        state: "open",
        head: { ref, sha: git(origin, ["rev-parse", ref]), label: `${parameters.owner}:${ref}` },
        base: String(body.base),
      }
      state.pulls.push(pull)
      return show(example, pull)
    },
    "pulls/update": ({ parameters, body, example }) => {
      const pull = state.pulls.find(({ number }) => number === parameters.pull_number)
      if (pull === undefined) return undefined
      const { title, body: text } = body as Partial<PullRequest>
      Object.assign(pull, defined({ title, body: text }))
      return show(example, pull)
    },
  }
}

function deploymentHandlers(state: GitHubState): Record<string, ApiHandler> {
  const find = ({ parameters }: ApiCall) =>
    state.deployments.find(({ id }) => id === parameters.deployment_id)
  return {
    "repos/create-deployment": ({ body, example }) => {
      const { ref: sha, environment } = body as { ref: string; environment: string }
      const deployment = { id: state.nextNumber(), sha, environment, statuses: [] }
      state.deployments.push(deployment)
      return { ...example, id: deployment.id, sha, environment }
    },
    "repos/list-deployments": ({ parameters, example }) =>
      state.deployments
        .filter(({ environment }) => environment === parameters.environment)
        .map(({ id, sha, environment }) => ({ ...first(example), id, sha, environment }))
        .reverse(),
    "repos/create-deployment-status": (call) => {
      const status = {
        state: String(call.body.state),
        url: String(call.body.environment_url),
        description: String(call.body.description),
        created_at: new Date().toISOString(),
      }
      // Of GitHub's limit on descriptions its description says nothing but prose.
      if (status.description.length > 140) throw new Error("the description is too long")
      find(call)?.statuses.push(status)
      return find(call) === undefined ? undefined : { ...call.example, ...status }
    },
    "repos/list-deployment-statuses": (call) =>
      find(call)
        ?.statuses.map((status) => ({ ...first(call.example), ...status }))
        .reverse(),
  }
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
