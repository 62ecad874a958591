import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, test, vi } from "vitest"
import { type GitHubApi, startGitHubApi } from "../../test/workflows/github-api.ts"
import { gitHandlers } from "../../test/workflows/github-git.ts"
import { remoteBranch } from "../io/git-tree.ts"
import { gatherFacts, readRestoreTest } from "./facts.ts"

const made: string[] = []
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
})

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "quickcart-facts-"))
  made.push(path)
  return path
}

function git(path: string, ...argv: string[]): string {
  return execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...argv], {
    cwd: path,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim()
}

function commit(path: string, text: string): string {
  writeFileSync(join(path, "file"), text)
  git(path, "add", "file")
  git(path, "commit", "-qm", text)
  return git(path, "rev-parse", "HEAD")
}

test("the remote itself is asked, and the last fetch believed when it is gone", async () => {
  const origin = directory()
  git(origin, "init", "-q", "-b", "main")
  const first = commit(origin, "1")
  const clone = directory()
  git(clone, "clone", "-q", origin, ".")
  const second = commit(origin, "2")
  expect(await remoteBranch(clone, undefined)).toEqual({
    name: "origin/main",
    head: second,
    fresh: true,
  })
  git(clone, "checkout", "-q", "--detach")
  expect(await remoteBranch(clone, undefined)).toBeUndefined()
  expect((await remoteBranch(clone, "main"))?.head).toBe(second)
  expect(await remoteBranch(clone, "mine")).toEqual({
    name: "origin/mine",
    head: undefined,
    fresh: true,
  })
  rmSync(origin, { recursive: true })
  expect(await remoteBranch(clone, "main")).toEqual({
    name: "origin/main",
    head: first,
    fresh: false,
  })
  expect(await remoteBranch(origin.replace(origin, clone), "mine")).toMatchObject({ fresh: false })
})

test("without a remote there is no branch to be head of", async () => {
  const alone = directory()
  git(alone, "init", "-q", "-b", "main")
  commit(alone, "1")
  expect(await remoteBranch(alone, "main")).toBeUndefined()
})

/** The branch that `not-branch-head` judges by, in a workflow that may not ask git. */
async function branchInWorkflow(api: GitHubApi, ref: string, permissions: Record<string, string>) {
  const checkout = directory()
  git(checkout, "init", "-q", "-b", "main")
  git(checkout, "remote", "add", "origin", join(checkout, "private"))
  vi.stubEnv("GITHUB_TOKEN", api.issueToken(permissions))
  vi.stubEnv("GITHUB_REPOSITORY", "o/r")
  vi.stubEnv("GITHUB_API_URL", api.url)
  vi.stubEnv("GITHUB_REF", ref)
  try {
    const common = { tier: "production", commit: "", hostsBefore: [], hostsAfter: [] }
    const sources = { ...common, repository: checkout, online: true }
    return (await gatherFacts(sources)).branch
  } finally {
    vi.unstubAllEnvs()
  }
}

test("in a workflow GitHub's API is asked, since git has no credential for a private one", async () => {
  const origin = directory()
  git(origin, "init", "-q", "-b", "main")
  const head = commit(origin, "1")
  const api = await startGitHubApi("o/r", gitHandlers(origin))
  try {
    const reads = { contents: "read" }
    const main = { name: "origin/main", head, fresh: true }
    expect(await branchInWorkflow(api, "refs/heads/main", reads)).toEqual(main)
    const gone = { name: "origin/gone", head: undefined, fresh: true }
    expect(await branchInWorkflow(api, "refs/heads/gone", reads)).toEqual(gone)
    // Not knowing is no permission.
    await expect(branchInWorkflow(api, "refs/heads/main", {})).rejects.toThrow("GitHub refused")
    // A tag has no branch: git is asked, which knows nothing here.
    expect(await branchInWorkflow(api, "refs/tags/v1", reads)).toMatchObject({ fresh: false })
  } finally {
    await api.close()
  }
})

test("a restore test passed when every bound was met; an unreadable one failed", () => {
  const report = (met: boolean[]) =>
    JSON.stringify({ when: "2026-06-07T02:30:00Z", bounds: met.map((one) => ({ met: one })) })
  expect(readRestoreTest(undefined)).toBeUndefined()
  expect(readRestoreTest(report([true, true]))).toEqual({
    finishedAtMs: Date.parse("2026-06-07T02:30:00Z"),
    passed: true,
  })
  expect(readRestoreTest(report([true, false]))?.passed).toBe(false)
  expect(readRestoreTest(report([]))?.passed).toBe(false)
  expect(readRestoreTest("{")).toEqual({ finishedAtMs: 0, passed: false })
})
