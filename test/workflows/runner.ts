import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Contexts, holds, resolve, text, type Value } from "./expressions.ts"
import { git } from "./git.ts"
import type { GitHubApi } from "./github-api.ts"
import { environmentOf, jobsInOrder, matrixOf, startsOn, type WrittenJob } from "./jobs.ts"
import type { Permissions } from "./permissions.ts"
import { type JobState, refName, runStep } from "./steps.ts"
import { items, member, parse, type WorkflowFile } from "./workflow-file.ts"

/** Where workflows run: what GitHub and its runner would provide. */
export interface World {
  directory: string
  /** Bare repository. */
  origin: string
  /** `owner/name`. */
  repository: string
  api: GitHubApi
  /** Searched for commands before everything else. */
  bin: string
  /** By environment; "" holds the repository's own. */
  secrets: Record<string, Record<string, string>>
  variables: Record<string, string>
  /** Tokens that were issued, for actions that check one. */
  tokens: Map<string, Permissions>
}

export interface Trigger {
  workflow: string
  event: string
  payload: Value
  /** Commit the workflow file and the checkout come from. */
  sha: string
  ref: string
  inputs?: Record<string, Value>
  /** A pull request from a fork gets no secret. */
  fromFork?: boolean
}

export interface StepResult {
  name: string
  outcome: "success" | "failure" | "skipped"
  output: string
}

export interface JobResult {
  id: string
  result: "success" | "failure" | "skipped"
  steps: StepResult[]
  outputs: Record<string, string>
  summary: string
}

export interface RunResult {
  runId: string
  jobs: JobResult[]
}

let runs = 1000

/**
 * Runs a workflow as written in the commit, for one event. Throws when the
 * event does not start it or GitHub's parser refuses it; failing steps fail
 * their job, as on GitHub.
 */
export async function runWorkflow(world: World, trigger: Trigger): Promise<RunResult> {
  runs += 1
  const runId = String(runs)
  const workflow = await readAt(world, trigger)
  if (workflow.errors.length > 0) throw new Error(workflow.errors.join("\n"))
  if (!startsOn(workflow, trigger.event, trigger.payload)) {
    throw new Error(`${trigger.event} does not start ${trigger.workflow}`)
  }
  const jobs: JobResult[] = []
  for (const job of jobsInOrder(workflow)) {
    const needs = Object.fromEntries(
      job.needs.map((need) => {
        const done = jobs.filter(({ id }) => id === need)
        const result = done.find((one) => one.result !== "success")?.result ?? "success"
        return [need, { result, outputs: done[0]?.outputs ?? {} }]
      }),
    )
    const run = { world, trigger, runId, workflow, job, needs }
    const contexts = jobContexts(run)
    const success = Object.values(needs).every(({ result }) => result === "success")
    if (!holds(job.model.if.expression, contexts, { success, cancelled: false })) {
      jobs.push({ id: job.id, result: "skipped", steps: [], outputs: {}, summary: "" })
      continue
    }
    for (const matrix of matrixOf(job, contexts)) jobs.push(await runJob({ ...run, matrix }))
  }
  return { runId, jobs }
}

/** One job of one run. */
export interface JobRun {
  world: World
  trigger: Trigger
  runId: string
  workflow: WorkflowFile
  job: WrittenJob
  needs: Record<string, { result: string; outputs: Record<string, string> }>
  matrix?: Record<string, Value>
}

async function readAt({ origin }: World, { workflow, sha }: Trigger): Promise<WorkflowFile> {
  return parse(workflow, git(origin, ["show", `${sha}:.github/workflows/${workflow}`]))
}

function jobContexts({ world, trigger, runId, workflow, needs, matrix }: JobRun): Contexts {
  return {
    github: {
      event: trigger.payload,
      event_name: trigger.event,
      sha: trigger.sha,
      ref: trigger.ref,
      ref_name: refName(trigger.ref),
      repository: world.repository,
      run_id: runId,
      workflow: text(resolve(member(workflow.root, "name"), {})),
      api_url: world.api.url,
      server_url: "https://github.test",
    },
    inputs: trigger.inputs ?? {},
    vars: world.variables,
    needs,
    matrix: matrix ?? {},
    strategy: {},
  }
}

async function runJob(run: JobRun): Promise<JobResult> {
  const { world, trigger, job, runId, workflow } = run
  const base = jobContexts(run)
  const permissions = (resolve(
    member(job.token, "permissions") ?? member(workflow.root, "permissions"),
    base,
  ) ?? {}) as Permissions
  const token = world.api.issueToken(permissions)
  world.tokens.set(token, permissions)
  const environment = environmentOf(job, base)
  const given =
    trigger.fromFork === true ? {} : { ...world.secrets[""], ...world.secrets[environment ?? ""] }
  const directory = mkdtempSync(join(world.directory, `${runId}-${job.id}-`))
  const state: JobState = {
    workspace: join(directory, "workspace"),
    temporary: join(directory, "temporary"),
    contexts: {
      ...base,
      github: { ...(base.github as object), token, workspace: join(directory, "workspace") },
      secrets: { ...given, GITHUB_TOKEN: token },
      runner: { temp: join(directory, "temporary"), os: "Linux" },
    },
    environment: {},
    steps: {},
    failed: false,
    summary: "",
  }
  for (const path of [state.workspace, state.temporary, join(directory, "home")]) mkdirSync(path)
  writeFileSync(join(state.temporary, "event.json"), JSON.stringify(trigger.payload))
  const results: StepResult[] = []
  const written = items(member(job.token, "steps"))
  for (const index of job.model.steps.keys())
    results.push(await runStep(run, state, index, written))
  const contexts = { ...state.contexts, steps: state.steps }
  const outputs = (resolve(member(job.token, "outputs"), contexts) ?? {}) as Record<string, Value>
  return {
    id: job.id,
    result: state.failed ? "failure" : "success",
    steps: results,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, v]) => [name, text(v)])),
    summary: state.summary,
  }
}
