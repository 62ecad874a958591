import { expect, test } from "vitest"
import type { Fault, Part } from "./fault.ts"
import { sideBySide } from "./side-by-side.ts"

const fault = (name: string, ...touches: Part[]): Fault => ({
  name,
  summary: "",
  touches,
  must: [{ alert: name }],
  break: async () => undefined,
})

const app = fault("app", "app")
const again = fault("again", "app")
const edge = fault("edge", "edge")

test("what interferes is one after another, the rest beside it", async () => {
  const events: string[] = []
  const ends = new Map<string, () => void>()
  const all = sideBySide([app, again, edge], async ({ name }) => {
    events.push(`${name} begins`)
    await new Promise<void>((end) => ends.set(name, end))
    events.push(`${name} ends`)
    return name
  })
  for (const name of ["edge", "app", "again"]) {
    ends.get(name)?.()
    await new Promise(setImmediate)
  }
  expect(await all).toEqual(["app", "again", "edge"])
  expect(events).toEqual([
    "app begins",
    "edge begins",
    "edge ends",
    "app ends",
    "again begins",
    "again ends",
  ])
})

test("after one that cannot be repaired none begins, and those that are on are waited for", async () => {
  const ended: string[] = []
  const all = sideBySide([app, edge, again], async ({ name }) => {
    if (name === "app") throw new Error("not repaired")
    await new Promise(setImmediate)
    ended.push(name)
  })
  await expect(all).rejects.toThrow("not repaired")
  expect(ended).toEqual(["edge"])
})
