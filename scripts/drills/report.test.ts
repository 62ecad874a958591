import { expect, test } from "vitest"
import { atMost, atMostTime, broken } from "./report.ts"

test("a test run forgives a slow machine, never a wrong count", () => {
  const slow = atMostTime("apply (s)", 12, 5)
  const tooSlow = atMostTime("apply (s)", 16, 5)
  const failed = atMost("failed requests", 1, 0)
  expect(slow.met).toBe(false)
  const bounds = [slow, tooSlow, failed, atMost("operations", 0, 0)]
  expect(broken(bounds, 1)).toEqual([tooSlow, failed])
  expect(broken(bounds, 2)).toEqual([failed])
})
