import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { readDesired } from "../deploy/desired.ts"
import { run } from "../io/command.ts"
import { appliedDefinitions } from "./history.ts"

let repository = ""
const git = (...args: string[]) =>
  run(["git", "-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    workingDirectory: repository,
  })

async function commit(image: string): Promise<string> {
  const directory = join(repository, "stacks", "local")
  mkdirSync(directory, { recursive: true })
  writeFileSync(
    join(directory, "app.stack.yaml"),
    `version: "3.12"
services:
  app:
    x-quickcart: {wave: 10, deadlineSeconds: 60, impact: restart}
    image: ${image}
    deploy: {mode: global}
`,
  )
  await git("add", "--all")
  await git("commit", "--quiet", "--message", image)
  return readDesired(directory, []).services[0]?.specHash ?? ""
}

beforeAll(async () => {
  repository = mkdtempSync(join(tmpdir(), "quickcart-history-test-"))
  await git("init", "--quiet")
})
afterAll(() => rmSync(repository, { recursive: true }))

test("the definition that is live is found in an older commit, what never was is not", async () => {
  const old = await commit("shop:1")
  await commit("shop:2")
  const found = await appliedDefinitions(repository, "local", new Set([old, "never"]), [])
  expect([...found.keys()]).toEqual([old])
  expect(found.get(old)?.stack).toMatchObject({ services: { app: { image: "shop:1" } } })
})
