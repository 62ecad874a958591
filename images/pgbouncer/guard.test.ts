import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { expect, test } from "vitest"

const program = join(import.meta.dirname, "pgbouncer-guard")

/** Decisions as "<ms> <what>", from what was seen each 100 ms. */
function decide(seen: string[]): string[] {
  const input = seen.map((facts, index) => `${index * 100} ${facts}\n`).join("")
  const result = spawnSync("perl", [program, "decide"], { input, encoding: "utf8" })
  expect(result.stderr).toBe("")
  return result.stdout.split("\n").filter(Boolean)
}

const times = (count: number, facts: string) => Array.from({ length: count }, () => facts)

test("while there is a primary, nothing is held", () => {
  expect(decide(times(50, "up"))).toEqual([])
})

test("one look that HAProxy leaves unanswered, as while it reloads, holds nothing", () => {
  expect(decide(["up", "silent", "up", "silent", "up"])).toEqual([])
})

test("queries are held from the second unanswered look", () => {
  expect(decide(["up", "silent", "silent", ...times(3, "up confirmed")])).toEqual([
    "200 PAUSE",
    "400 RESUME",
  ])
})

test("the first sign holds queries: HAProxy cuts the connections a moment later", () => {
  expect(decide(["up", "up doubt"])).toEqual(["100 PAUSE"])
  expect(decide(["up", "no-primary"])).toEqual(["100 PAUSE"])
})

test("a doubt that does not last is over once the primary was confirmed twice", () => {
  expect(decide(["up", "up doubt", "up", "up confirmed", "up confirmed"])).toEqual([
    "100 PAUSE",
    "400 RESUME",
  ])
})

test("what takes writes but fails checks is not let go", () => {
  expect(decide(["up doubt", ...times(20, "up doubt confirmed")])).toEqual(["0 PAUSE"])
})

test("queries are held until the new primary was confirmed twice in a row", () => {
  const seen = [
    "up",
    ...times(5, "no-primary"),
    "up",
    "up confirmed",
    "up",
    "up confirmed",
    "up confirmed",
  ]
  expect(decide(seen)).toEqual(["100 PAUSE", "1000 RESUME"])
})

test("after 55 s they go on whatever happened, and are not held again before a primary was seen", () => {
  const seen = [...times(700, "no-primary"), "up confirmed", ...times(5, "no-primary")]
  expect(decide(seen)).toEqual(["0 PAUSE", "55000 RESUME", "70100 PAUSE"])
})

test("a primary that is up but takes no writes is waited for", () => {
  expect(decide(["no-primary", ...times(20, "up")])).toEqual(["0 PAUSE"])
})
