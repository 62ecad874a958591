import { expect, test } from "vitest"
import type { Difference } from "./difference.ts"
import { driftExitCode, driftText } from "./verb.ts"

const difference = (kind: Difference["kind"]): Difference => ({
  kind,
  object: "node",
  name: "app-1",
  field: "Spec.Availability",
  wanted: "active",
  live: "drain",
})
const blind = ["load-balancer-1: the files of haproxy could not be read"]
const report = (kinds: Difference["kind"][], unseen: string[] = []) => ({
  environment: "shop",
  commit: "a".repeat(40),
  differences: kinds.map(difference),
  adoptions: [],
  unseen,
  notes: [],
  seconds: 1.23,
})

test("clean is only what could be looked at", () => {
  expect(driftExitCode(report([]))).toBe(0)
  expect(driftExitCode(report([], blind))).toBe(1)
  expect(driftExitCode(report(["pending"]))).toBe(2)
  expect(driftExitCode(report(["unknown"], blind))).toBe(2)
})

test("the last line sums up, and what could not be looked at is named", () => {
  const last = (text: string) => text.split("\n").at(-1)
  expect(last(driftText(report([]), false))).toBe("shop at aaaaaaaaaaaa: live equals git, 1.2 s")
  expect(driftText(report([], blind), false)).toBe(
    "could not look at load-balancer-1: the files of haproxy could not be read\nshop at aaaaaaaaaaaa: nothing found, but not all could be looked at, 1.2 s",
  )
  expect(last(driftText(report(["drift", "pending", "unknown"]), false))).toContain(
    "1 drifted, 1 pending (apply has not run), 1 unknown (drift or pending)",
  )
})
