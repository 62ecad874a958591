import { expect, test } from "vitest"
import { readText } from "../io/files.ts"
import { attribute } from "./attribute.ts"
import { place } from "./phrases.ts"
import { specText } from "./spec-fixture.ts"

const lock = JSON.parse(readText("images/lock.json") ?? "")
const file = "environments/shop.yaml"

function origins(edits: [string, string][], unit: string, field: string): string[] | undefined {
  const after = edits.reduce((text, [from, to]) => text.replace(from, to), specText)
  if (after === specText) throw new Error("nothing was edited")
  return attribute(specText, after, file, lock)?.originsOf(unit, field).map(place)
}

const lineOf = (text: string) => specText.split("\n").findIndex((line) => line.includes(text)) + 1
const replicas: [string, string] = ["replicas: 4", "replicas: 6"]
const advert: [string, string] = ["advertInterval: 100ms", "advertInterval: 200ms"]

test("an edit is found by its effect, with its line", () => {
  expect(origins([replicas, advert], "service app", "deploy.replicas")).toEqual([
    `${file}:${lineOf("replicas: 4")} app.replicas`,
  ])
  const config = "configContent.keepalived_load_balancer_1"
  expect(origins([replicas, advert], "service keepalived-config", config)).toEqual([
    `${file}:${lineOf("advertInterval")} edge.vrrp.advertInterval`,
  ])
})

test("a field that no edit reaches has no origin", () => {
  expect(origins([replicas], "service haproxy", "image")).toEqual([])
  expect(origins([replicas], "service app", "image")).toEqual([])
})

test("a new host comes from its group's count", () => {
  expect(origins([["app:\n    count: 2", "app:\n    count: 3"]], "host app-3", "")).toEqual([
    `${file}:${lineOf("app:") + 1} hosts.app.count`,
  ])
})

test("a removed key points at where it was", () => {
  expect(
    origins(
      [["  environment:\n    LOG_LEVEL: info\n", ""]],
      "service app",
      "environment.LOG_LEVEL",
    ),
  ).toEqual([`${file}:${lineOf("  environment:")} app.environment`])
})

test("two edits that only matter together are both named", () => {
  // Without maxCount below it, the count alone decides how many tasks a host may get.
  const found = origins(
    [
      ["registry: registry.example.com/shop", "registry: registry.example.com/other"],
      ["  replicas: 4", "  image: registry.example.com/other/mine:1\n  replicas: 4"],
    ],
    "service app",
    "image",
  )
  expect(found).toContain(`${file}:${lineOf("replicas: 4")} app.image`)
})

test("a spec that is not valid attributes nothing", () => {
  expect(attribute("name: [", specText, file, lock)).toBeUndefined()
})
