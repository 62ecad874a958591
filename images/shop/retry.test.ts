import { expect, test } from "vitest"
import { retrying } from "./src/retry.ts"
import { Unavailable } from "./src/stores.ts"

test("work is tried until less than a fifth of the time is left, however short that is", async () => {
  const deadlineMs = 200
  const begin = performance.now()
  const triedAt: number[] = []
  const work = async () => {
    triedAt.push(performance.now() - begin)
    throw new Error("not yet")
  }
  await expect(retrying(work, () => true, { deadlineMs, firstPauseMs: 10 })).rejects.toThrow(
    Unavailable,
  )
  expect(triedAt.at(-1)).toBeGreaterThan(0.8 * deadlineMs)
  expect(triedAt.length).toBeLessThan(20)
})
