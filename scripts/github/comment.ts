import { asking, type GitHub } from "./client.ts"
import { bodyLimit, cutTo, neutralise } from "./untrusted.ts"

/** Hidden first line by which the next run finds the comment. */
export const planMarker = "<!-- quickcart:plan -->"

/**
 * Numbers of the open pull requests whose head is exactly this commit. The
 * commit comes from GitHub's own event, so nothing that a pull request's code
 * wrote decides where a comment lands.
 */
export async function pullRequestsOf(github: GitHub, headSha: string): Promise<number[]> {
  const { api, owner, repo } = github
  const open = await asking("list the pull requests", () =>
    api.paginate(api.rest.pulls.list, { owner, repo, state: "open", per_page: 100 }),
  )
  return open.filter((pull) => pull.head.sha === headSha).map((pull) => pull.number)
}

export interface PlanComment {
  headSha: string
  /** The plan as the pull request's run uploaded it; undefined when it did not. */
  plan: string | undefined
  /** Page of the run that made the plan. */
  runUrl: string
}

/** The comment's text; the plan is untrusted and is neutralised and cut to what GitHub takes. */
export function planCommentBody({ headSha, plan, runUrl }: PlanComment): string {
  const head = `${planMarker}\n## What this changes\n`
  const foot = `\n<sub>Plan for ${headSha} without access to the fleet · [run](${runUrl})</sub>\n`
  const body =
    plan === undefined || plan.trim() === ""
      ? "The run made no plan. Its log says why."
      : neutralise(plan).trim()
  const note = `The plan is longer than a comment may be. [The run](${runUrl}) shows all of it.`
  return `${head}\n${cutTo(body, bodyLimit - head.length - foot.length - 2, note)}\n${foot}`
}

/**
 * Creates the comment that starts with `marker` or updates the one that is
 * there. Only a bot's comment counts: anybody may quote the marker.
 */
export async function upsertComment(
  github: GitHub,
  issueNumber: number,
  marker: string,
  body: string,
): Promise<"created" | "updated" | "unchanged"> {
  const { api, owner, repo } = github
  const comments = await asking("list the comments", () =>
    api.paginate(api.rest.issues.listComments, {
      owner,
      repo,
      issue_number: issueNumber,
      per_page: 100,
    }),
  )
  const own = comments.find(
    (comment) => comment.user?.type === "Bot" && comment.body?.startsWith(marker),
  )
  if (own === undefined) {
    await asking("comment on the pull request", () =>
      api.rest.issues.createComment({ owner, repo, issue_number: issueNumber, body }),
    )
    return "created"
  }
  if (own.body === body) return "unchanged"
  await asking("update the comment", () =>
    api.rest.issues.updateComment({ owner, repo, comment_id: own.id, body }),
  )
  return "updated"
}
