import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { useAction } from "./actions.ts"
import { type Contexts, holds, resolve, type Status, text, type Value } from "./expressions.ts"
import { readFileCommands } from "./file-commands.ts"
import type { JobRun, StepResult } from "./runner.ts"
import { shell } from "./shell.ts"
import { type items, member } from "./workflow-file.ts"

/** What a job carries from step to step. */
export interface JobState {
  workspace: string
  temporary: string
  contexts: Contexts
  environment: Record<string, string>
  steps: Record<string, Value>
  failed: boolean
  summary: string
}

/** Runs one step, or skips it as its condition says. */
export async function runStep(
  run: JobRun,
  state: JobState,
  index: number,
  written: ReturnType<typeof items>,
): Promise<StepResult> {
  const step = run.job.model.steps[index]
  const token = written[index]
  if (step === undefined || !("if" in step) || !("run" in step || "uses" in step)) {
    throw new Error(`${run.job.id}: step ${index} is of a kind that is not supported here`)
  }
  const status: Status = { success: !state.failed, cancelled: false }
  const job = { status: state.failed ? "failure" : "success" }
  const bare: Contexts = { ...state.contexts, steps: state.steps, job, env: state.environment }
  const own = (resolve(step.env, bare, status) ?? {}) as Record<string, Value>
  const environment = Object.fromEntries(Object.entries(own).map(([name, v]) => [name, text(v)]))
  const contexts: Contexts = { ...bare, env: { ...state.environment, ...environment } }
  const name = "run" in step ? text(resolve(step.run, contexts, status)) : step.uses.value
  if (!holds(step.if?.expression ?? "success()", contexts, status)) {
    state.steps[step.id] = { outputs: {}, outcome: "skipped", conclusion: "skipped" }
    return { name, outcome: "skipped", output: "" }
  }
  const done =
    "run" in step
      ? await runScript(run, state, index, name, environment)
      : action(run, state, name, resolve(member(token, "with"), contexts, status))
  const forgiven = step["continue-on-error"] === true
  if (!done.ok && !forgiven) state.failed = true
  const outcome = done.ok ? "success" : "failure"
  const conclusion = done.ok || forgiven ? "success" : "failure"
  state.steps[step.id] = { outputs: done.outputs, outcome, conclusion }
  return { name, outcome, output: done.output }
}

interface Done {
  ok: boolean
  output: string
  outputs: Record<string, string>
}

function action(
  { world, trigger, runId }: JobRun,
  state: JobState,
  uses: string,
  given: Value,
): Done {
  const inputs = Object.entries((given ?? {}) as Record<string, Value>)
  const call = {
    inputs: Object.fromEntries(inputs.map(([key, value]) => [key, text(value)])),
    workspace: state.workspace,
    origin: world.origin,
    sha: trigger.sha,
    ref: trigger.ref,
    runId,
    permissionsOf: (token: string) => world.tokens.get(token),
    artifacts: join(world.directory, "artifacts"),
  }
  try {
    useAction(uses, call)
    return { ok: true, output: "", outputs: {} }
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("this test knows no")) throw error
    return { ok: false, output: String(error), outputs: {} }
  }
}

/** A `run:` step with the shell GitHub uses, and nothing of this machine's environment but PATH. */
async function runScript(
  { world, trigger, runId }: JobRun,
  state: JobState,
  index: number,
  script: string,
  environment: Record<string, string>,
): Promise<Done> {
  const file = (name: string) => join(state.temporary, `${name}-${index}`)
  writeFileSync(file("script.sh"), script)
  for (const name of ["output", "env", "summary"]) writeFileSync(file(name), "")
  const { code, output } = await shell(file("script.sh"), state.workspace, {
    PATH: `${world.bin}:${process.env.PATH}`,
    HOME: join(state.temporary, "..", "home"),
    LANG: "C.UTF-8",
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: world.api.url,
    GITHUB_SERVER_URL: "https://github.test",
    GITHUB_REPOSITORY: world.repository,
    GITHUB_RUN_ID: runId,
    GITHUB_SHA: trigger.sha,
    GITHUB_REF: trigger.ref,
    GITHUB_REF_NAME: refName(trigger.ref),
    GITHUB_EVENT_NAME: trigger.event,
    GITHUB_EVENT_PATH: join(state.temporary, "event.json"),
    GITHUB_WORKSPACE: state.workspace,
    GITHUB_OUTPUT: file("output"),
    GITHUB_ENV: file("env"),
    GITHUB_STEP_SUMMARY: file("summary"),
    RUNNER_TEMP: state.temporary,
    ...state.environment,
    ...environment,
  })
  Object.assign(state.environment, readFileCommands(file("env")))
  if (existsSync(file("summary"))) state.summary += readFileSync(file("summary"), "utf8")
  return { ok: code === 0, output, outputs: readFileCommands(file("output")) }
}

/** A ref without what it is a kind of. */
export function refName(ref: string): string {
  return ref.replace(/^refs\/(heads|pull)\//, "")
}
