import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { parseDocument } from "yaml"
import { atMost, reportText, writeReport } from "../../scripts/drills/report.ts"
import { drillContext } from "../../scripts/drills/run.ts"
import { difference, specHashes, underLoad } from "../../scripts/drills/under-load.ts"
import { nowMs } from "../../scripts/io/clock.ts"
import { found, needles } from "../../scripts/secrets/needles.ts"
import { smokeTest } from "../../scripts/smoke.ts"
import { startBox } from "../../scripts/start-box.ts"
import { git } from "../workflows/git.ts"
import type { RunResult } from "../workflows/runner.ts"
import { deploy, failures, type Hub, openHub, render } from "../workflows/world.ts"
import { minutesLeft } from "./time-left.ts"

// deploy.yml and rollback.yml as written, with the real connect and apply. The box stands in
// for both fleets: in the repository that is merged into, staging and production are the
// box's spec under their own names.

const repository = join(import.meta.dirname, "..", "..")
const say = (line: string) => process.stdout.write(`    ${line}\n`)
const context = drillContext(repository, say, false)
const environments = ["staging", "production"]
/** Some ten minutes of deployments, more on a busy machine; half a proof proves nothing. */
const neededMinutes = 15
const tooLate = minutesLeft() < neededMinutes
/** Longer than a merge takes to be deployed twice. */
const loadSeconds = 900
let hub: Hub
let secrets: Record<string, string> = {}
/** Every run with all that its steps printed, set as outputs and wrote as summaries. */
const printed: string[] = []
let start: Map<string, string>
const seen = { failedRequests: 0, hashesNotRestored: 0, searched: 0, placesWithSecret: 0 }
/** From a merge to a deployment's status, in the order of `stages`. */
const seconds: number[] = []
const stages = ["staging deployed", "production deployed", "reverted", "failure status"]

beforeEach(({ skip }) => {
  skip(tooLate, `npm test has no ${neededMinutes} minutes left; run: npm run test:workflows`)
})

beforeAll(async () => {
  if (tooLate) return
  await startBox(repository, { allowDirty: process.env.CI === undefined })
  secrets = {
    QUICKCART_SSH_KEY: state("ssh", "deploy_key"),
    QUICKCART_SECRET_NAMING_KEY: state("secrets", "naming.key"),
    ...Object.fromEntries(
      context.fleet.secrets.map((name) => [
        `QUICKCART_SECRET_${name.toUpperCase()}`,
        state("secrets", name),
      ]),
    ),
  }
  hub = await openHub({ secrets: { staging: secrets, production: secrets } })
  const { run } = hub
  hub.run = async (trigger) => {
    const result = await run(trigger)
    printed.push(JSON.stringify(result))
    return result
  }
  standIn()
  hub.origin.commit("The box stands in for both fleets")
  hub.origin.push("refs/heads/main")
  expectSuccess(await deploy(hub))
  start = await specHashes(context)
})

afterAll(async () => {
  if (hub === undefined) return
  const refused = hub.api.log.filter(({ status }) => status >= 400)
  await hub.close()
  const report = await writeReport(repository, "workflows", {
    // Once staging is deployed, production has nothing left to change.
    parameters: { stages, fleets: "one box stands in for staging and production" },
    samples: seconds,
    unit: `s from a merge (${stages.join(", ")})`,
    bounds: [
      atMost("stages that were not reached", stages.length - seconds.length, 0),
      atMost("failed requests", seen.failedRequests, 0),
      atMost("spec hashes that a revert did not restore", seen.hashesNotRestored, 0),
      atMost("requests that GitHub would have refused", refused.length, 0),
      atMost("secrets not searched for", Object.keys(secrets).length - seen.searched, 0),
      atMost("places that hold a secret's value", seen.placesWithSecret, 0),
    ],
  })
  say(reportText(report))
  expect(refused).toEqual([])
})

function state(...parts: string[]): string {
  const value = context.state.read(...parts)
  if (value === undefined) throw new Error(`the box has no ${parts.join("/")}`)
  return value
}

function standIn(): void {
  const { clone } = hub.origin
  const local = readFileSync(join(clone, "environments", "local.yaml"), "utf8")
  mkdirSync(join(clone, "environments", "known_hosts"), { recursive: true })
  for (const name of environments) {
    const spec = local.replace(/^name: local$/m, `name: ${name}`)
    writeFileSync(join(clone, "environments", `${name}.yaml`), spec)
    const pins = join(clone, "environments", "known_hosts", name)
    writeFileSync(pins, state("ssh", "known_hosts"))
  }
  render(hub)
}

interface Merge {
  sha: string
  /** In ms since the epoch. */
  at: number
}

/** Sets one field of both environments and pushes it to main, as a merged pull request does. */
function merge(path: string[], value: unknown): Merge {
  const { clone } = hub.origin
  git(clone, ["fetch", "--quiet", "origin"])
  git(clone, ["checkout", "--quiet", "-B", "main", "origin/main"])
  for (const name of environments) {
    const file = join(clone, "environments", `${name}.yaml`)
    const document = parseDocument(readFileSync(file, "utf8"))
    document.setIn(path, value)
    writeFileSync(file, document.toString())
  }
  render(hub)
  const sha = hub.origin.commit(`Set ${path.join(".")}`)
  hub.origin.push("refs/heads/main")
  return { sha, at: nowMs() }
}

function expectSuccess(run: RunResult): void {
  expect(failures(run)).toEqual([])
  expect(run.jobs.map(({ id, result }) => [id, result])).toEqual([
    ["staging", "success"],
    ["production", "success"],
  ])
}

const deployments = (environment: string) =>
  hub.state.deployments.filter((one) => one.environment === environment)

/** States of an environment's latest deployment, oldest first. */
function latest(environment: string): { sha: string | undefined; states: string[] } {
  const found = deployments(environment).at(-1)
  return { sha: found?.sha, states: (found?.statuses ?? []).map((status) => status.state) }
}

/** The environment's latest deployment has gone through these states; the last one is timed. */
function expectDeployment(environment: string, { sha, at }: Merge, states: string[]): number {
  expect(latest(environment)).toEqual({ sha, states })
  const last = deployments(environment).at(-1)?.statuses.at(-1)
  return Math.round((Date.parse(last?.created_at ?? "") - at) / 100) / 10
}

async function expectRestored(): Promise<void> {
  const different = difference(start, await specHashes(context))
  seen.hashesNotRestored += different
  expect(different).toBe(0)
}

/** Runs `body` under load, of which no request may fail. */
async function expectServed(body: () => Promise<void>): Promise<void> {
  const { failed } = await underLoad(context, body, { seconds: loadSeconds })
  seen.failedRequests += failed
  expect(failed).toBe(0)
}

/** Runs Rollback and merges the pull request that it opened. */
async function rollBack(chosen: string): Promise<Merge> {
  const run = await hub.run({
    workflow: "rollback.yml",
    event: "workflow_dispatch",
    payload: {},
    inputs: { environment: "staging", chosen },
    sha: hub.origin.head(),
    ref: "refs/heads/main",
  })
  expect(failures(run)).toEqual([])
  const pull = hub.state.pulls.findLast(({ title }) => title.startsWith("Revert staging"))
  git(hub.origin.path, ["update-ref", "refs/heads/main", String(pull?.head.sha)])
  if (pull !== undefined) pull.state = "closed"
  return { sha: hub.origin.head(), at: nowMs() }
}

test("a merge is deployed to staging, then to production, with no failed request", async () => {
  await expectServed(async () => {
    const merged = merge(["app", "environment"], { GREETING: "merged" })
    expectSuccess(await deploy(hub))
    for (const environment of environments) {
      seconds.push(expectDeployment(environment, merged, ["in_progress", "success"]))
    }
  })
  expect(difference(start, await specHashes(context))).toBeGreaterThan(0)
})

test("reverting it by Rollback makes the previous spec hashes live", async () => {
  const merged = await rollBack("")
  expectSuccess(await deploy(hub))
  seconds.push(expectDeployment("production", merged, ["in_progress", "success"]))
  await expectRestored()
})

test("a broken merge is a failed deployment; the old version serves, production is left alone", async () => {
  const before = latest("production")
  await expectServed(async () => {
    const merged = merge(["app", "environment"], { NODE_OPTIONS: "--require=/nowhere.js" })
    const run = await deploy(hub)
    expect(run.jobs.map(({ id, result }) => [id, result])).toEqual([
      ["staging", "failure"],
      ["production", "skipped"],
    ])
    expect(failures(run)).toEqual([expect.stringContaining("quickcart_app")])
    seconds.push(expectDeployment("staging", merged, ["in_progress", "failure"]))
  })
  expect(latest("production")).toEqual(before)
  await expectRestored()
  await smokeTest(context.fleet, context.state)

  await rollBack(hub.origin.head())
  expectSuccess(await deploy(hub))
  await expectRestored()
})

test("no secret is in what the workflows printed, set or left in their clones", () => {
  const { directory } = hub.world
  const files = filesBelow(directory).map((file) => relative(directory, file))
  expect(files.filter((file) => /temporary\/output-\d+$/.test(file)).length).toBeGreaterThan(10)
  expect(files.filter((file) => /temporary\/summary-\d+$/.test(file)).length).toBeGreaterThan(10)
  const places = [
    ...printed.map((text, index) => [`output and summaries of run ${index + 1}`, text] as const),
    ["what GitHub was told", JSON.stringify([hub.api.log, hub.state])] as const,
    ...files.map((file) => [file, readFileSync(join(directory, file), "latin1")] as const),
  ]
  expect(printed.length).toBeGreaterThan(3)
  for (const [name, value] of Object.entries(secrets)) {
    const wanted = needles(value)
    expect(wanted.length, name).toBeGreaterThan(3)
    const holding = places.filter(([, text]) => found(text, wanted).length > 0)
    // `connect` writes the SSH key, which ends with the runner, to one file of the clone.
    const unexpected = holding
      .map(([place]) => place)
      .filter((place) => name !== "QUICKCART_SSH_KEY" || !isKeyFile(place))
    seen.searched += 1
    seen.placesWithSecret += unexpected.length
    expect(unexpected, name).toEqual([])
    // The search itself: where the key must be, it is found.
    if (name === "QUICKCART_SSH_KEY") expect(holding.length).toBeGreaterThan(1)
  }
})

/** Links are not followed: node_modules is this repository's, npx links to the clone. */
function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    return entry.isFile() ? [path] : []
  })
}

function isKeyFile(place: string): boolean {
  return /^[^/]+\/workspace\/\.quickcart\/(staging|production)\/ssh\/deploy_key$/.test(place)
}
