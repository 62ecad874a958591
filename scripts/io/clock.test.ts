import { expect, test } from "vitest"
import { lookUntil } from "./clock.ts"

test("a look is repeated until it is enough, and the last one stands at the deadline", async () => {
  let looks = 0
  const look = async () => {
    looks += 1
    return looks
  }
  const options = { deadlineSeconds: 60, intervalMs: 0 }
  expect(await lookUntil(options, look, (seen) => seen === 3)).toBe(3)
  expect(await lookUntil({ ...options, deadlineSeconds: -1 }, look, () => false)).toBe(4)
})
