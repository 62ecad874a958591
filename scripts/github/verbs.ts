import { lstatSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { readFleetFile } from "../deploy/fleet-file.ts"
import { differenceLine } from "../drift/difference.ts"
import type { DriftReport } from "../drift/drift.ts"
import { Failure } from "../io/failure.ts"
import { headCommit } from "../io/git.ts"
import { branchHead } from "./branch.ts"
import { uncommittedChanges } from "./changes.ts"
import { openGitHub } from "./client.ts"
import { planCommentBody, planMarker, pullRequestsOf, upsertComment } from "./comment.ts"
import { finishDeployment, type JobStatus, startDeployment } from "./deployments.ts"
import { followDrift } from "./drift-issue.ts"
import { planFile } from "./plan-for-review.ts"
import { type FileChange, type OpenedPullRequest, proposeChanges } from "./pull-request.ts"
import { revertedFiles, revertRange } from "./revert.ts"
import { addSummary, notice, setOutput } from "./runner-files.ts"
import { runVerb } from "./self.ts"

/** More than GitHub's own limit of a comment and too little to hurt, in bytes. */
const largestPlanBytes = 4 * 1024 * 1024

/** `github comment`: upserts the plan's comment on every open pull request with that head. */
export async function commentVerb(options: {
  head: string
  plan: string
  run: string
}): Promise<void> {
  if (!/^[0-9a-f]{40}$/.test(options.head)) {
    throw new Failure(`"${options.head}" is not a full commit id.`)
  }
  const github = openGitHub()
  const numbers = await pullRequestsOf(github, options.head)
  if (numbers.length === 0) {
    return notice("notice", `no open pull request has the head ${options.head} any more`)
  }
  const plan = readUntrusted(join(options.plan, planFile))
  const body = planCommentBody({ headSha: options.head, plan, runUrl: options.run })
  for (const number of numbers) {
    const outcome = await upsertComment(github, number, planMarker, body)
    process.stdout.write(`pull request ${number}: comment ${outcome}\n`)
  }
}

/** A regular file of bearable size; never what a link in an archive points to. */
function readUntrusted(file: string): string | undefined {
  const stat = lstatSync(file, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile() || stat.size > largestPlanBytes) return undefined
  return readFileSync(file, "utf8")
}

/** `github head`: says whether this commit is what the branch should deploy. */
export async function headVerb(repository: string, branch: string): Promise<void> {
  const here = await headCommit(repository)
  const head = await branchHead(openGitHub(), branch)
  setOutput("current", String(here === head))
  if (here === head) return void process.stdout.write(`${here} is the head of ${branch}\n`)
  const message = `${here} is not the head of ${branch} any more: ${head} is. Nothing is deployed; the run of the newer commit does it.`
  notice("warning", message)
  addSummary(message)
}

/** `github deployment start`. */
export async function startVerb(repository: string, environment: string): Promise<void> {
  const sha = await headCommit(repository)
  const url = environmentUrl(repository, environment)
  setOutput("id", String(await startDeployment(openGitHub(), { sha, environment, url })))
}

/** `github deployment finish`. */
export async function finishVerb(
  repository: string,
  environment: string,
  options: { id: string; status: string },
): Promise<void> {
  const id = Number(options.id)
  if (!Number.isSafeInteger(id) || id <= 0) {
    throw new Failure(`"${options.id}" is not a deployment's id.`)
  }
  if (!["success", "failure", "cancelled"].includes(options.status)) {
    throw new Failure(`"${options.status}" is none of success, failure, cancelled.`)
  }
  const status = options.status as JobStatus
  await finishDeployment(openGitHub(), id, status, environmentUrl(repository, environment))
  process.stdout.write(`deployment ${id} of ${environment}: ${status}\n`)
}

/**
 * `github drift`: the issue follows what drifted, or may have. What is pending is a deployment's
 * matter; an error of the check, and a host that it could not look at, close no issue.
 */
export async function driftVerb(repository: string, environment: string): Promise<void> {
  const github = openGitHub()
  const result = await runVerb(repository, ["drift", environment, "--json"])
  if (result.stdout.trim() === "") {
    throw new Failure(`the drift check of ${environment} failed: ${result.stderr.trim()}`)
  }
  const { differences, unseen } = JSON.parse(result.stdout) as Pick<
    DriftReport,
    "differences" | "unseen"
  >
  for (const difference of differences) process.stdout.write(`${differenceLine(difference)}\n`)
  const drifted = differences.filter(({ kind }) => kind !== "pending").map(differenceLine)
  const blind = unseen.map((line) => `could not look at ${line}`)
  if (drifted.length === 0 && blind.length > 0) {
    throw new Failure(`whether ${environment} drifted is not known: ${blind.join("; ")}`)
  }
  const report = drifted.length === 0 ? undefined : [...drifted, ...blind].join("\n")
  const outcome = await followDrift(github, environment, report)
  process.stdout.write(`drift issue of ${environment}: ${outcome}\n`)
}

/** `github revert`. */
export async function revertVerb(
  repository: string,
  environment: string,
  options: { chosen: string; base: string },
): Promise<void> {
  const github = openGitHub()
  const head = await headCommit(repository)
  const range = await revertRange(github, repository, environment, options.chosen)
  const { kept, changes } = withoutWorkflows(await revertedFiles(repository, head, range))
  if (changes.length === 0) throw new Failure(`undoing ${range.why} changes nothing.`)
  const body = [
    `Undoes ${range.why}.`,
    ...(kept.length === 0
      ? []
      : [`Left as they are, because a workflow may not change workflows: ${kept.join(", ")}.`]),
    ...(github.runUrl === "" ? [] : [`Made by ${github.runUrl}`]),
  ].join("\n\n")
  const opened = await proposeChanges(github, {
    parent: head,
    base: options.base,
    branch: `revert/${environment}-${range.upTo.slice(0, 12)}`,
    title: `Revert ${environment} to before ${range.upTo.slice(0, 12)}`,
    body,
    changes,
  })
  announce(opened)
}

/** `github propose`. */
export async function proposeVerb(
  repository: string,
  options: { branch: string; title: string; base: string },
): Promise<void> {
  const changes = await uncommittedChanges(repository)
  if (changes.length === 0) return notice("notice", "nothing changed, no pull request is needed")
  const github = openGitHub()
  const list = changes.map(({ path }) => `- \`${path}\``).join("\n")
  const opened = await proposeChanges(github, {
    parent: await headCommit(repository),
    ...options,
    body: `${list}${github.runUrl === "" ? "" : `\n\nMade by ${github.runUrl}`}`,
    changes,
  })
  announce(opened)
}

/** GitHub lets no workflow's token change workflows. */
function withoutWorkflows(changes: FileChange[]): { kept: string[]; changes: FileChange[] } {
  const isWorkflow = ({ path }: FileChange) => path.startsWith(".github/workflows/")
  return {
    kept: changes.filter(isWorkflow).map(({ path }) => path),
    changes: changes.filter((change) => !isWorkflow(change)),
  }
}

function announce({ number, url, created }: OpenedPullRequest): void {
  setOutput("number", String(number))
  notice("notice", `pull request ${number} ${created ? "opened" : "updated"}: ${url}`)
}

function environmentUrl(repository: string, environment: string): string {
  return `https://${readFleetFile(repository, environment).hostname}`
}
