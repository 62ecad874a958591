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

test("one look without a primary, as while HAProxy reloads, holds nothing", () => {
  expect(decide(["up", "down", "up", "down", "up"])).toEqual([])
})

test("queries are held from the second look, and go on once the new primary was confirmed twice", () => {
  const seen = [
    "up",
    ...times(5, "down"),
    "up",
    "up confirmed",
    "up",
    "up confirmed",
    "up confirmed",
  ]
  expect(decide(seen)).toEqual(["200 PAUSE", "1000 RESUME"])
})

test("after 55 s they go on whatever happened, and are not held again before a primary was seen", () => {
  const seen = [...times(700, "down"), "up confirmed", ...times(5, "down")]
  expect(decide(seen)).toEqual(["100 PAUSE", "55100 RESUME", "70200 PAUSE"])
})

test("a primary that is up but takes no writes is waited for", () => {
  expect(decide(["down", "down", ...times(20, "up")])).toEqual(["100 PAUSE"])
})
