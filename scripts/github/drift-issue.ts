import { asking, type GitHub } from "./client.ts"
import { bodyLimit, cutTo } from "./untrusted.ts"

const label = "drift"

/** Hidden first line by which the next run finds the environment's issue. */
export function driftMarker(environment: string): string {
  return `<!-- quickcart:drift:${environment} -->`
}

/** Text of the issue. The report is our own code's, but names in it may be anybody's: it is fenced. */
export function driftBody(environment: string, report: string): string {
  const head = `${driftMarker(environment)}
What runs in ${environment} is not what was applied: somebody or something changed it outside of git.

`
  const foot = `

- \`npx quickcart drift ${environment} --heal\` puts the committed state back.
- \`npx quickcart drift ${environment} --adopt\` prints the change of the spec that accepts it, where there is one.

This issue follows the hourly check and closes itself when the drift is gone.
`
  // A fence longer than any run of backticks inside cannot be closed from inside.
  const runs = report.match(/`+/g)?.map((run) => run.length) ?? []
  const fence = "`".repeat(Math.max(3, ...runs.map((length) => length + 1)))
  const room = bodyLimit - head.length - foot.length - 2 * fence.length - 8
  const text = cutTo(report.trimEnd(), room, "(longer than an issue may be; the run's log has all)")
  return `${head}${fence}text\n${text}\n${fence}${foot}`
}

/**
 * Makes the environment's drift issue say what `report` says: opens it, updates
 * it when the report changed, closes it when `report` is undefined (clean).
 */
export async function followDrift(
  github: GitHub,
  environment: string,
  report: string | undefined,
): Promise<"opened" | "updated" | "closed" | "unchanged"> {
  const { api, owner, repo } = github
  const issue = await openIssue(github, environment)
  if (report === undefined) {
    if (issue === undefined) return "unchanged"
    await close(github, issue.number)
    return "closed"
  }
  const body = driftBody(environment, report)
  if (issue === undefined) {
    await asking("open the drift issue", () =>
      api.rest.issues.create({
        owner,
        repo,
        title: `Drift in ${environment}`,
        body,
        labels: [label],
      }),
    )
    return "opened"
  }
  if (issue.body === body) return "unchanged"
  await asking("update the drift issue", () =>
    api.rest.issues.update({ owner, repo, issue_number: issue.number, body }),
  )
  return "updated"
}

async function openIssue({ api, owner, repo }: GitHub, environment: string) {
  const issues = await asking("list the issues", () =>
    api.paginate(api.rest.issues.listForRepo, {
      owner,
      repo,
      state: "open",
      labels: label,
      per_page: 100,
    }),
  )
  return issues.find(
    (issue) => issue.user?.type === "Bot" && issue.body?.startsWith(driftMarker(environment)),
  )
}

async function close({ api, owner, repo, runUrl }: GitHub, number: number): Promise<void> {
  await asking("close the drift issue", async () => {
    await api.rest.issues.createComment({
      owner,
      repo,
      issue_number: number,
      body: `No drift any more.${runUrl === "" ? "" : ` Seen by [this run](${runUrl}).`}`,
    })
    await api.rest.issues.update({
      owner,
      repo,
      issue_number: number,
      state: "closed",
      state_reason: "completed",
    })
  })
}
