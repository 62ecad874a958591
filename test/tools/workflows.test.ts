import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { git } from "../workflows/git.ts"
import { passesPaths } from "../workflows/jobs.ts"
import type { RunResult } from "../workflows/runner.ts"
import { readWorkflow } from "../workflows/workflow-file.ts"
import {
  deploy,
  failures,
  type Hub,
  openHub,
  pushPullRequest,
  render,
  runComment,
} from "../workflows/world.ts"

// The workflows as written, in fresh clones, against a GitHub that checks every request
// against GitHub's own description. Only what would touch a fleet is replaced.

const edgeTls = "-----BEGIN CERTIFICATE-----\nplanted\n-----END CERTIFICATE-----"
const secretsOf = (environment: string) => ({
  QUICKCART_SSH_KEY: `key of ${environment}`,
  QUICKCART_SECRET_NAMING_KEY: `naming ${environment}`,
  QUICKCART_SECRET_EDGE_TLS: edgeTls,
})
/** Thousands of small files are made and removed, perhaps on a busy disk. */
const hookTimeoutMs = 120_000
/** Of a test that runs a workflow seven times. */
const manyRunsTimeoutMs = 240_000
const applyStub = 'echo "apply $1 $QUICKCART_SECRET_NAMING_KEY $(git rev-parse HEAD)" >> "$CALLS"'
let hub: Hub

beforeAll(async () => {
  hub = await openHub({
    secrets: {
      staging: secretsOf("staging"),
      production: secretsOf("production"),
      "staging-readonly": { QUICKCART_SSH_KEY: "key of staging-readonly" },
      "production-readonly": { QUICKCART_SSH_KEY: "key of production-readonly" },
      registry: { QUICKCART_REGISTRY_USER: "ci", QUICKCART_REGISTRY_PASSWORD: "planted" },
    },
    variables: { QUICKCART_REGISTRY: "registry.quickcart.example/quickcart" },
  })
  hub.stub("connect", 'echo "connect $1 $QUICKCART_SSH_KEY" >> "$CALLS"')
  hub.stub("apply", applyStub)
}, hookTimeoutMs)

afterAll(async () => {
  // Whatever else happened: nothing was asked that GitHub would have refused.
  const refused = hub.api.log.filter(({ status }) => status >= 400)
  await hub.close()
  expect(refused).toEqual([])
}, hookTimeoutMs)

function edit(file: string, from: string | RegExp, to: string): void {
  const path = join(hub.origin.clone, file)
  const text = readFileSync(path, "utf8")
  expect(text).toMatch(from)
  writeFileSync(path, text.replace(from, to))
}

/** Commits another log level for an environment, rendered. */
function setLogLevel(environment: string, level: string): string {
  edit(`environments/${environment}.yaml`, /LOG_LEVEL: \w+/, `LOG_LEVEL: ${level}`)
  render(hub)
  return hub.origin.commit(`Log ${level} in ${environment}`)
}

/** Pushes a change of production to main, as a merged pull request does. */
function merge(level: string): string {
  const sha = setLogLevel("production", level)
  hub.origin.push("refs/heads/main")
  return sha
}

/** The developer's clone goes back to the head of main. */
function backToMain(): void {
  git(hub.origin.clone, ["fetch", "--quiet", "origin"])
  git(hub.origin.clone, ["checkout", "--quiet", "-B", "main", "origin/main"])
}

const results = (run: RunResult) =>
  Object.fromEntries(run.jobs.map(({ id, result }) => [id, result]))

const states = (environment: string) =>
  hub.state.deployments
    .filter((deployment) => deployment.environment === environment)
    .map(({ sha, statuses }) => [sha, ...statuses.map(({ state }) => state)])

test("a pull request from a fork gets its plan as one comment, and a push updates it", async () => {
  hub.stub("images", 'echo "images $*" >> "$CALLS"')
  const number = hub.state.nextNumber()
  setLogLevel("staging", "info")
  const first = await pushPullRequest(hub, number, { fromFork: true })
  expect(failures(first.validate)).toEqual([])
  expect(results(first.validate)).toEqual({
    checks: "success",
    plan: "success",
    rehearsal: "success",
  })
  expect(hub.calls()).toContain("npm test")
  expect(first.validate.jobs.find(({ id }) => id === "plan")?.summary).toContain("staging.yaml")
  expect(failures(first.comment)).toEqual([])
  expect(hub.state.comments.map(({ issue }) => issue)).toEqual([number])
  const comment = { ...hub.state.comments[0] }
  expect(comment.body).toContain("environments/staging.yaml")
  expect(comment.body).toContain(first.head)

  setLogLevel("production", "warn")
  const second = await pushPullRequest(hub, number, { fromFork: true })
  expect(hub.state.comments).toHaveLength(1)
  expect(hub.state.comments[0]?.id).toBe(comment.id)
  expect(hub.state.comments[0]?.body).toContain("environments/production.yaml")
  expect(hub.state.comments[0]?.body).toContain(second.head)

  // The run of the first push ends late: its commit is nobody's head any more.
  const late = await runComment(hub, first.head, first.validate.runId)
  expect(failures(late)).toEqual([])
  expect(hub.state.comments[0]?.body).toContain(second.head)
  backToMain()
})

test("a pull request's code cannot choose where or as what its artifact is posted", async () => {
  const number = hub.state.nextNumber()
  const victim = hub.state.nextNumber()
  const other = { ref: "other", sha: "0".repeat(40), label: "else:other" }
  hub.state.pulls.push({
    ...{ number: victim, title: "Other", body: "", state: "open", base: "main" },
    head: other,
  })
  const hostile = `<!-- quickcart:plan --><img src="https://evil.test/x"> @everyone ![x](https://evil.test) #1 ${victim}`
  hub.stub("plan", `cat <<'END'\n${hostile}\nEND\nexit 2`)
  edit("environments/staging.yaml", "# Production in small", "# Production in miniature")
  hub.origin.commit("Words")
  await pushPullRequest(hub, number, { fromFork: true })
  const comments = hub.state.comments.filter(({ issue }) => issue === number || issue === victim)
  expect(comments.map(({ issue }) => issue)).toEqual([number])
  const body = comments[0]?.body ?? ""
  expect(body.match(/<!--/g)).toHaveLength(1)
  expect(body).not.toContain("<img")
  expect(body).not.toContain("@everyone")
  expect(body).not.toContain("](https://evil.test)")
  expect(body).not.toContain("https://evil.test")
  hub.unstub("plan")
  backToMain()
})

test("merging deploys staging, then production, each with its own secrets", async () => {
  const sha = merge("warn")
  const run = await deploy(hub)
  expect(failures(run)).toEqual([])
  expect(results(run)).toEqual({ staging: "success", production: "success" })
  expect(hub.calls().slice(-4)).toEqual([
    "connect staging key of staging",
    `apply staging naming staging ${sha}`,
    "connect production key of production",
    `apply production naming production ${sha}`,
  ])
  expect(states("staging").at(-1)).toEqual([sha, "in_progress", "success"])
  expect(states("production").at(-1)).toEqual([sha, "in_progress", "success"])
  expect(hub.state.deployments.slice(-2).map(({ statuses }) => statuses.at(-1)?.url)).toEqual([
    "https://shop.staging.quickcart.example",
    "https://shop.quickcart.example",
  ])
})

test("an apply that fails is a failed deployment, and production stays untouched", async () => {
  const sha = merge("error")
  hub.stub("apply", 'echo "error: wave 1 was rolled back" >&2; exit 1')
  const before = states("production")
  const run = await deploy(hub)
  expect(results(run)).toEqual({ staging: "failure", production: "skipped" })
  expect(failures(run)).toEqual([expect.stringContaining("wave 1 was rolled back")])
  expect(states("staging").at(-1)).toEqual([sha, "in_progress", "failure"])
  expect(states("production")).toEqual(before)
  hub.stub("apply", applyStub)
})

test("a commit that is not the head of main any more deploys nothing", async () => {
  const old = hub.origin.head()
  merge("debug")
  const before = hub.state.deployments.length
  const run = await deploy(hub, old)
  expect(failures(run)).toEqual([])
  expect(results(run)).toEqual({ staging: "success", production: "skipped" })
  expect(run.jobs[0]?.summary).toContain("is not the head of main any more")
  expect(hub.state.deployments).toHaveLength(before)
  expect(failures(await deploy(hub))).toEqual([])
  expect(states("production").at(-1)?.slice(1)).toEqual(["in_progress", "success"])
})

/** Answers `quickcart drift production --json` with one difference; staging is clean but for `unseen`. */
function drifted(kind: string, live: string, unseen: string[] = []): void {
  const difference = { kind, object: "service", name: "app", field: "Replicas", wanted: "18", live }
  const json = (differences: object[]) => JSON.stringify({ differences, unseen })
  hub.stub(
    "drift",
    `if [ "$1" = production ]; then echo '${json([difference])}'; exit 2; fi; echo '${json([])}'${unseen.length > 0 ? "; exit 1" : ""}`,
  )
}

test(
  "drift opens one issue per environment, updates it, and closes it when it is gone",
  async () => {
    const check = () =>
      hub.run({
        workflow: "drift.yml",
        event: "schedule",
        payload: { schedule: "17 * * * *" },
        sha: hub.origin.head(),
        ref: "refs/heads/main",
      })
    drifted("drift", "17")
    expect(failures(await check())).toEqual([])
    expect(failures(await check())).toEqual([])
    expect(hub.state.issues).toHaveLength(1)
    const issue = hub.state.issues[0]
    expect(issue).toMatchObject({ title: "Drift in production", state: "open" })
    expect(issue?.body).toContain("service app: Replicas: git 18, live 17")
    drifted("drift", "9")
    expect(failures(await check())).toEqual([])
    expect(hub.state.issues).toHaveLength(1)
    expect(issue?.body).toContain("live 9")
    // Unreachable is neither clean nor drift: the issue stays as it is and the run is red.
    hub.stub("drift", 'echo "error: no manager can be used" >&2; exit 1')
    expect(failures(await check())).toHaveLength(2)
    expect(issue?.state).toBe("open")
    // Nor is a host that could not be looked at, whatever else waits for a deployment.
    drifted("pending", "9", ["app-1: the files of haproxy could not be read"])
    expect(failures(await check())).toEqual([
      expect.stringContaining("could not look at app-1"),
      expect.stringContaining("could not look at app-1"),
    ])
    expect(issue?.state).toBe("open")
    // A merge that waits for its deployment is no drift.
    drifted("pending", "9")
    expect(failures(await check())).toEqual([])
    expect(issue?.state).toBe("closed")
    hub.unstub("drift")
  },
  manyRunsTimeoutMs,
)

/** A deployment of production that converged. */
function recordDeployment(sha: string): string {
  const status = { state: "success", url: "", description: "", created_at: "2026-01-01T00:00:00Z" }
  const id = hub.state.nextNumber()
  hub.state.deployments.push({ id, sha, environment: "production", statuses: [status] })
  return sha
}

test("a rollback's pull request restores, byte by byte, what ran before the deployment", async () => {
  const [good, bad] = [recordDeployment(merge("notice")), recordDeployment(merge("silent"))]
  const run = await hub.run({
    workflow: "rollback.yml",
    event: "workflow_dispatch",
    payload: {},
    inputs: { environment: "production", chosen: "" },
    sha: hub.origin.head(),
    ref: "refs/heads/main",
  })
  expect(failures(run)).toEqual([])
  const pull = hub.state.pulls.find(({ title }) => title.startsWith("Revert production"))
  expect(pull?.head.ref).toBe(`revert/production-${bad.slice(0, 12)}`)
  const tree = (commit: string) => git(hub.origin.path, ["rev-parse", `${commit}^{tree}`])
  expect(tree(String(pull?.head.sha))).toBe(tree(good))
  expect(tree(String(pull?.head.sha))).not.toBe(tree(bad))
  expect(git(hub.origin.path, ["rev-parse", `${pull?.head.sha}^`])).toBe(hub.origin.head())

  // Again, by the deployment's id: the same pull request, not a second one.
  const id = hub.state.deployments.findLast(({ environment }) => environment === "production")?.id
  const again = await hub.run({
    workflow: "rollback.yml",
    event: "workflow_dispatch",
    payload: {},
    inputs: { environment: "production", chosen: String(id) },
    sha: hub.origin.head(),
    ref: "refs/heads/main",
  })
  expect(failures(again)).toEqual([])
  expect(hub.state.pulls.filter(({ title }) => title.startsWith("Revert"))).toHaveLength(1)
})

test("new images are scanned, pushed, and proposed with the files that name them", async () => {
  const digest = `sha256:${"7".repeat(64)}`
  hub.stub(
    "images",
    `echo "images $*" >> "$CALLS"; [ "\${1:-}" = --publish ] || exit 0
sed -i 's/"digest": "sha256:[0-9a-f]*"/"digest": "${digest}"/' images/lock.json`,
  )
  hub.stub("scan", 'echo scan >> "$CALLS"')
  hub.stub("login", 'echo "login $1 $QUICKCART_REGISTRY_USER" >> "$CALLS"')
  const run = await hub.run({
    workflow: "images.yml",
    event: "workflow_dispatch",
    payload: {},
    sha: hub.origin.head(),
    ref: "refs/heads/main",
  })
  expect(failures(run)).toEqual([])
  expect(hub.calls().slice(-4)).toEqual([
    "images ",
    "scan",
    "login registry.quickcart.example/quickcart ci",
    "images --publish registry.quickcart.example/quickcart",
  ])
  const pull = hub.state.pulls.find(({ head }) => head.ref === "images/digests")
  const changed = git(hub.origin.path, ["diff", "--name-only", "main", String(pull?.head.sha)])
  expect(changed.split("\n")).toContain("images/lock.json")
  expect(changed.split("\n").filter((path) => /^stacks\/staging\/.*stack/.test(path))).not.toEqual(
    [],
  )
  expect(changed).not.toContain("node_modules")
  // Merging it deploys what was pushed, and builds nothing.
  const images = await readWorkflow(hub.origin.clone, "images.yml")
  expect(passesPaths(images, changed.split("\n"))).toBe(false)
})
