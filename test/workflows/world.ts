import { execFileSync } from "node:child_process"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { git } from "./git.ts"
import { type GitHubApi, startGitHubApi } from "./github-api.ts"
import { emptyState, type GitHubState, githubHandlers } from "./github-state.ts"
import { makeOrigin, mergeCommit, type Origin } from "./origin.ts"
import { type RunResult, runWorkflow, type Trigger, type World } from "./runner.ts"

const repository = join(import.meta.dirname, "..", "..")
const name = "quickcart/infrastructure"

/** A repository on a GitHub of our own, with runners. */
export interface Hub {
  world: World
  origin: Origin
  state: GitHubState
  api: GitHubApi
  /** Runs a workflow for an event. */
  run(trigger: Trigger): Promise<RunResult>
  /** Answers `npx quickcart <verb>` with a bash script instead of the CLI. */
  stub(verb: string, script: string): void
  unstub(verb: string): void
  /** Commands that were recorded instead of run: `npm` scripts and what stubs noted. */
  calls(): string[]
  close(): Promise<void>
}

/** Starts the hub on a copy of this repository's working tree. */
export async function openHub(options: {
  secrets?: World["secrets"]
  variables?: World["variables"]
}): Promise<Hub> {
  const directory = mkdtempSync(join(tmpdir(), "quickcart-hub-"))
  const origin = makeOrigin(repository, directory)
  const state = emptyState()
  const api = await startGitHubApi(name, githubHandlers(state, origin.path))
  const bin = join(directory, "bin")
  const stubs = join(directory, "stubs")
  const log = join(directory, "calls")
  mkdirSync(bin)
  mkdirSync(stubs)
  writeFileSync(log, "")
  executable(join(bin, "npm"), npmScript(log))
  executable(join(bin, "npx"), npxScript(stubs))
  executable(join(bin, "sudo"), '#!/bin/bash\nexec "$@"\n')
  const world: World = {
    directory,
    origin: origin.path,
    repository: name,
    api,
    bin,
    secrets: options.secrets ?? {},
    variables: options.variables ?? {},
    tokens: new Map(),
  }
  return {
    world,
    origin,
    state,
    api,
    run: (trigger) => runWorkflow(world, trigger),
    stub: (verb, script) =>
      executable(join(stubs, verb), `#!/bin/bash\nset -eu\nCALLS='${log}'\n${script}\n`),
    unstub: (verb) => rmSync(join(stubs, verb), { force: true }),
    calls: () => readFileSync(log, "utf8").split("\n").filter(Boolean),
    close: async () => {
      await api.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A pull request: opens it or pushes to it, and runs Validate, then Comment. */
export async function pushPullRequest(
  hub: Hub,
  number: number,
  options: { fromFork: boolean },
): Promise<{ head: string; validate: RunResult; comment: RunResult }> {
  const { origin, state } = hub
  origin.push(`refs/pull/${number}/head`)
  const head = git(origin.clone, ["rev-parse", "HEAD"])
  const existing = state.pulls.find((pull) => pull.number === number)
  if (existing === undefined) {
    const ref = { ref: "change", sha: head, label: "somebody:change" }
    const pull = { number, title: "Change", body: "", state: "open", head: ref, base: "main" }
    state.pulls.push(pull)
  } else existing.head.sha = head
  const validate = await hub.run({
    workflow: "validate.yml",
    event: "pull_request",
    payload: { action: "synchronize", pull_request: { number, head: { sha: head } } },
    sha: mergeCommit(origin, head, "Merge"),
    ref: `refs/pull/${number}/merge`,
    fromFork: options.fromFork,
  })
  return { head, validate, comment: await runComment(hub, head, validate.runId) }
}

/** The event that follows a run of Validate. */
export function runComment(hub: Hub, headSha: string, runId: string): Promise<RunResult> {
  return hub.run({
    workflow: "comment.yml",
    event: "workflow_run",
    payload: {
      action: "completed",
      workflow_run: {
        id: runId,
        name: "Validate",
        event: "pull_request",
        head_sha: headSha,
        html_url: `https://github.test/runs/${runId}`,
      },
    },
    sha: hub.origin.head(),
    ref: "refs/heads/main",
  })
}

/** Runs Deploy for the head of main, or for an earlier commit. */
export function deploy(hub: Hub, sha = hub.origin.head()): Promise<RunResult> {
  return hub.run({
    workflow: "deploy.yml",
    event: "push",
    payload: { ref: "refs/heads/main", after: sha },
    sha,
    ref: "refs/heads/main",
  })
}

/** Failed steps with their output, so that a failing expectation says why. */
export function failures(run: RunResult): string[] {
  return run.jobs.flatMap((job) =>
    job.steps
      .filter(({ outcome }) => outcome === "failure")
      .map(({ name: step, output }) => `${job.id}: ${step}\n${output}`),
  )
}

/** Renders in the developer's clone with the CLI of the clone. */
export function render({ origin }: Hub): void {
  const argv = [join(origin.clone, "scripts", "quickcart.js"), "render"]
  execFileSync(process.execPath, argv, { cwd: origin.clone, stdio: "pipe" })
}

function executable(file: string, text: string): void {
  writeFileSync(file, text)
  chmodSync(file, 0o755)
}

/** `npm ci` links the modules that are installed here; scripts are recorded, for they would recurse. */
function npmScript(log: string): string {
  return `#!/bin/bash
set -eu
if [ "$1" = ci ]; then
  ln -s '${repository}/node_modules' node_modules
  echo /node_modules >> .git/info/exclude
else
  echo "npm $*" >> '${log}'
fi
`
}

function npxScript(stubs: string): string {
  return `#!/bin/bash
if [ "$1" = quickcart ] && [ -x "${stubs}/$2" ]; then
  verb="$2"
  shift 2
  exec "${stubs}/$verb" "$@"
fi
exec '${findNpx()}' "$@"
`
}

function findNpx(): string {
  const folders = (process.env.PATH ?? "").split(":")
  const found = folders
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => join(folder, "npx"))
    .find((file) => existsSync(file))
  if (found === undefined) throw new Error("npx is not installed")
  return found
}
