import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { imageNames } from "../images/names.ts"
import { list, listFiles, writeAtomic } from "./io/files.ts"
import { renderEnvironments } from "./render.ts"

const checkout = join(import.meta.dirname, "..")
let repository = ""

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), "quickcart-render-"))
  cpSync(join(checkout, "environments", "local.yaml"), join(repository, "environments/local.yaml"))
  const locked = imageNames.map((name) => [name, { source: "0123456789abcdef", digest: null }])
  writeAtomic(join(repository, "images/lock.json"), JSON.stringify(Object.fromEntries(locked)))
})

afterEach(() => rmSync(repository, { recursive: true, force: true }))

function render(check = false, environments: string[] = []) {
  return renderEnvironments({ repository, environments, check })
}

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(join(repository, path), change(readFileSync(join(repository, path), "utf8")))
}

test("writes an environment once and then leaves its files alone", () => {
  const [first] = render()
  expect(first?.changes.every((change) => change.kind === "create")).toBe(true)
  expect(listFiles(join(repository, "stacks/local"))).toEqual(first?.files)
  const before = statSync(join(repository, "stacks/local/README.md")).ino
  expect(render()[0]?.changes).toEqual([])
  expect(statSync(join(repository, "stacks/local/README.md")).ino).toBe(before)
})

test("check reports a hand-edited file and changes nothing", () => {
  render()
  edit("stacks/local/edge.stack.yaml", (text) => text.replace("SIGUSR1", "SIGTERM"))
  const [result] = render(true)
  expect(result?.changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    "update stacks/local/edge.stack.yaml",
  ])
  expect(readFileSync(join(repository, "stacks/local/edge.stack.yaml"), "utf8")).toContain(
    "SIGTERM",
  )
})

test("deletes what it once wrote and no longer renders, and nothing else", () => {
  edit("environments/local.yaml", (text) => text.replace(/(loadBalancer:\s+count:) 2/, "$1 3"))
  render()
  expect(list(join(repository, "stacks/local/configs/keepalived"))).toHaveLength(3)
  writeAtomic(join(repository, "stacks/local/configs/keepalived/notes.txt"), "mine")
  edit("environments/local.yaml", (text) => text.replace(/(loadBalancer:\s+count:) 3/, "$1 2"))
  render()
  expect(list(join(repository, "stacks/local/configs/keepalived"))).toEqual([
    "load-balancer-1.conf",
    "load-balancer-2.conf",
    "notes.txt",
  ])
})

test("the stack of a removed environment goes with it", () => {
  render()
  rmSync(join(repository, "environments/local.yaml"))
  expect(render().map((result) => result.environment)).toEqual(["local"])
  expect(existsSync(join(repository, "stacks/local"))).toBe(false)
})

test("an environment with errors keeps its last good stack", () => {
  render()
  edit("environments/local.yaml", (text) => text.replace("tier: development", "tier: unheard-of"))
  const [result] = render()
  expect(result?.problems.some((problem) => problem.severity === "error")).toBe(true)
  expect(result?.changes).toEqual([])
  expect(existsSync(join(repository, "stacks/local/edge.stack.yaml"))).toBe(true)
})

test("a manifest never makes it delete files elsewhere", () => {
  render()
  edit("stacks/local/manifest.json", (text) =>
    text.replace('"README.md"', '"../../environments/local.yaml"'),
  )
  expect(() => render()).toThrow(/not a manifest.*git checkout/)
  expect(existsSync(join(repository, "environments/local.yaml"))).toBe(true)
})

test("an unknown environment is answered with the known ones", () => {
  expect(() => render(false, ["prod"])).toThrow(/"prod".*Known: local/)
})

test("a missing image lock is answered with the command that writes it", () => {
  rmSync(join(repository, "images/lock.json"))
  expect(() => render()).toThrow(/quickcart images --lock-only/)
})
