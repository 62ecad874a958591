import { expect, test } from "vitest"
import { sharing } from "./sharing.ts"

function counted() {
  let reads = 0
  return sharing(async () => {
    reads += 1
    if (reads === 3) throw new Error("the manager is away")
    return reads
  })
}

test("those who ask at the same time share one answer, the next gets a newer one", async () => {
  const read = counted()
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1])
  expect(await read()).toBe(2)
})

test("a failure is everybody's who waits for it, and nobody's later", async () => {
  const read = counted()
  await read()
  await read()
  const outcomes = await Promise.allSettled([read(), read()])
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"])
  expect(await read()).toBe(4)
})
