import { expect, test } from "vitest"
import type { FaultContext } from "./fault.ts"
import type { Trial } from "./trial.ts"
import { whileBroken } from "./while-broken.ts"

const trial = { context: {}, monitoring: {}, by: {} } as Trial

function breaking(events: string[]) {
  return async ({ undo }: FaultContext) => {
    undo(async () => events.push("repaired"))
    events.push("broken")
  }
}

test("what is broken is repaired after the body, with its result", async () => {
  const events: string[] = []
  const result = await whileBroken(trial, breaking(events), async () => events.push("body"))
  expect(result).toBe(2)
  expect(events).toEqual(["broken", "body", "repaired"])
})

test("it is repaired when the body fails, and when the break fails half way", async () => {
  const events: string[] = []
  const fails = async () => {
    throw new Error("nothing fired")
  }
  await expect(whileBroken(trial, breaking(events), fails)).rejects.toThrow("nothing fired")
  const halfWay = async (on: FaultContext) => {
    await breaking(events)(on)
    throw new Error("no such host")
  }
  await expect(whileBroken(trial, halfWay, fails)).rejects.toThrow("no such host")
  expect(events).toEqual(["broken", "repaired", "broken", "repaired"])
})
