import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { SwarmService } from "../deploy/swarm-types.ts"
import { run } from "../io/command.ts"
import { fleet } from "../plan/plan-fixture.ts"
import { lastApplied } from "./last-applied.ts"

let repository = ""
const git = async (...args: string[]) => {
  const argv = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]
  return (await run(argv, { workingDirectory: repository })).stdout.trim()
}

async function commit(hosts: number): Promise<string> {
  const directory = join(repository, "stacks", "shop")
  mkdirSync(directory, { recursive: true })
  const file = { ...fleet, hosts: fleet.hosts.slice(0, hosts) }
  writeFileSync(join(directory, "fleet.json"), JSON.stringify(file))
  writeFileSync(
    join(directory, "app.stack.yaml"),
    `version: "3.12"
services:
  app:
    x-quickcart: {wave: 10, deadlineSeconds: 60, impact: restart}
    image: shop:1
    deploy: {mode: global}
`,
  )
  await git("add", "--all")
  await git("commit", "--quiet", "--message", `${hosts} hosts`)
  return git("rev-parse", "HEAD")
}

/** Live services, as far as their labels name commits. */
const from = (...commits: (string | undefined)[]) =>
  commits.map((commit) => ({
    Spec: {
      Labels:
        commit === undefined
          ? {}
          : { "quickcart.commit": commit, "quickcart.spec-hash": `of ${commit}` },
    },
  })) as SwarmService[]
const nothing = new Set<string>()

beforeAll(async () => {
  repository = mkdtempSync(join(tmpdir(), "quickcart-last-applied-"))
  await git("init", "--quiet", "--initial-branch", "main")
})
afterAll(() => rmSync(repository, { recursive: true }))

test("the newest of the commits that live services name was applied last, if that can be told", async () => {
  const [first, second, third] = [await commit(1), await commit(2), await commit(3)]
  const look = (...commits: (string | undefined)[]) =>
    lastApplied(repository, "shop", from(...commits), nothing)
  const last = await look(second, first, undefined, second)
  expect(last?.commit).toBe(second)
  expect(last?.fleet?.hosts).toHaveLength(2)
  expect(last?.services.map(({ name }) => name)).toEqual(["quickcart_app"])

  expect(await look(undefined)).toBeUndefined()
  const elsewhere = "f".repeat(40)
  expect((await look(second, elsewhere))?.commit).toBe(second)
  expect(await look(elsewhere)).toBeUndefined()
  const unlike = new Set([`of ${elsewhere}`])
  expect(await lastApplied(repository, "shop", from(second, elsewhere), unlike)).toBeUndefined()
  expect(await look("--all")).toBeUndefined()
  expect(await lastApplied(repository, "other", from(second), nothing)).toBeUndefined()
  expect(await look()).toMatchObject({ commit: null, services: [] })

  await git("checkout", "--quiet", "-b", "apart", first)
  expect(await look(third, await commit(4))).toBeUndefined()
})
