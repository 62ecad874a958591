import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { evaluate, text } from "./workflows/expressions.ts"
import { git } from "./workflows/git.ts"
import { type GitHubApi, startGitHubApi } from "./workflows/github-api.ts"
import { type RunResult, runWorkflow, type Trigger } from "./workflows/runner.ts"

// What the proof of the workflows stands on: the runner does what GitHub's does.

let directory: string
let api: GitHubApi

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "quickcart-runner-"))
  api = await startGitHubApi("o/r", {})
})

afterEach(async () => {
  await api.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Runs a workflow made of the lines given after `jobs:`. */
function runJobs(jobs: string, options: Partial<Trigger> = {}): Promise<RunResult> {
  const folder = join(directory, "repository", ".github", "workflows")
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "w.yml"), `on:\n  push:\npermissions: {}\njobs:\n${jobs}`)
  const repository = join(directory, "repository")
  git(repository, ["init", "--quiet"])
  git(repository, ["add", "--all"])
  git(repository, ["commit", "--quiet", "--message", "w"])
  const world = {
    directory,
    origin: repository,
    repository: "o/r",
    api,
    bin: "/nonexistent",
    secrets: { "": { COMMON: "c" }, live: { OWN: "o" } },
    variables: {},
    tokens: new Map(),
  }
  const trigger = { workflow: "w.yml", event: "push", payload: { ref: "refs/heads/main" } }
  const sha = git(repository, ["rev-parse", "HEAD"])
  return runWorkflow(world, { ...trigger, sha, ref: "refs/heads/main", ...options })
}

const job = (id: string, lines: string[]) =>
  [`  ${id}:`, "    runs-on: x", ...lines.map((line) => `    ${line}`), ""].join("\n")

const expression = (inner: string) => `\${{ ${inner} }}`

test("outputs and environment files travel from step to step and from job to job", async () => {
  const run = await runJobs(
    job("a", [
      "outputs:",
      `  word: ${expression("steps.s.outputs.word")}`,
      "steps:",
      "  - id: s",
      '    run: echo word=hi >> "$GITHUB_OUTPUT"; echo "SEEN<<E" >> "$GITHUB_ENV"; printf "1\\n2\\nE\\n" >> "$GITHUB_ENV"',
      '  - run: test "$SEEN" = "$(printf "1\\n2")"',
    ]) +
      job("b", [
        "needs: a",
        `if: needs.a.outputs.word == 'hi'`,
        "steps:",
        "  - env:",
        `      WORD: ${expression("needs.a.outputs.word")}`,
        "    run: echo got $WORD",
      ]),
  )
  expect(run.jobs.map(({ result }) => result)).toEqual(["success", "success"])
  expect(run.jobs[1]?.steps[0]?.output).toBe("got hi\n")
})

test("after a failure only steps that ask for it run, and jobs that need it do not", async () => {
  const run = await runJobs(
    job("a", [
      "steps:",
      "  - run: exit 3",
      "  - run: echo never",
      "  - if: always()",
      "    env:",
      `      STATUS: ${expression("job.status")}`,
      "    run: echo $STATUS",
      "  - if: failure()",
      "    run: echo sorry",
    ]) + job("b", ["needs: a", "steps:", "  - run: echo never"]),
  )
  expect(run.jobs.map(({ result }) => result)).toEqual(["failure", "skipped"])
  expect(run.jobs[0]?.steps.map(({ outcome, output }) => [outcome, output])).toEqual([
    ["failure", ""],
    ["skipped", ""],
    ["success", "failure\n"],
    ["success", "sorry\n"],
  ])
})

test("a script stops at its first error, and a forgiven step fails nothing", async () => {
  const run = await runJobs(
    job("a", [
      "steps:",
      "  - continue-on-error: true",
      "    run: |",
      "      false",
      "      echo never",
      "  - run: echo on",
    ]),
  )
  expect(run.jobs[0]?.result).toBe("success")
  expect(run.jobs[0]?.steps.map(({ outcome, output }) => [outcome, output])).toEqual([
    ["failure", ""],
    ["success", "on\n"],
  ])
})

test("secrets follow the environment, and a fork's pull request gets none", async () => {
  const lines = [
    "environment: live",
    "steps:",
    "  - env:",
    `      A: ${expression("secrets.COMMON")}`,
    `      B: ${expression("secrets.OWN")}`,
    '    run: echo "[$A][$B]"',
  ]
  const own = await runJobs(job("a", lines))
  expect(own.jobs[0]?.steps[0]?.output).toBe("[c][o]\n")
  const fork = await runJobs(job("a", [...lines, "  - run: echo two"]), { fromFork: true })
  expect(fork.jobs[0]?.steps[0]?.output).toBe("[][]\n")
})

test("nothing of this machine's environment reaches a script", async () => {
  process.env.QUICKCART_SECRET_OF_THIS_MACHINE = "x"
  try {
    const run = await runJobs(job("a", ["steps:", "  - run: env"]))
    expect(run.jobs[0]?.steps[0]?.output).not.toContain("QUICKCART_")
  } finally {
    delete process.env.QUICKCART_SECRET_OF_THIS_MACHINE
  }
})

test("an action nobody knows, a broken file and an event that starts nothing are errors", async () => {
  await expect(runJobs(job("a", ["steps:", "  - uses: some/thing@v1"]))).rejects.toThrow(
    "some/thing",
  )
  await expect(runJobs(job("a", ["stepss: []", "steps:", "  - run: x"]))).rejects.toThrow("stepss")
  const event = { event: "issues" }
  await expect(runJobs(job("a", ["steps:", "  - run: x"]), event)).rejects.toThrow("does not start")
})

test("expressions are GitHub's: case-insensitive equality, || as a default, null as nothing", () => {
  const contexts = { github: { ref: "Refs/Heads/Main", event: {} } }
  expect(evaluate("github.ref == 'refs/heads/main'", contexts)).toBe(true)
  expect(evaluate("github.event.merge_group.base_sha || 'HEAD^1'", contexts)).toBe("HEAD^1")
  expect(text(evaluate("github.event.none", contexts))).toBe("")
})
