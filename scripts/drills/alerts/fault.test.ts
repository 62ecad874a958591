import { expect, test } from "vitest"
import { type Fault, interferes, nextFaults, type Part } from "./fault.ts"

const fault = (name: string, touches: Part[], must: Fault["must"] = [{ alert: name }]): Fault => ({
  name,
  summary: "",
  touches,
  must,
  break: async () => undefined,
})

test("faults of one part, or with one alert, never run at once", () => {
  expect(interferes(fault("A", ["app"]), fault("B", ["app", "edge"]))).toBe(true)
  expect(interferes(fault("A", ["app"]), fault("B", ["edge"]))).toBe(false)
  expect(interferes(fault("A", ["app"]), fault("B", ["edge"], [{ alert: "A" }]))).toBe(true)
})

test("without Alertmanager nothing can be held back", () => {
  const held = fault("Held", ["edge"], [{ alert: "Held", heldBackBy: "Cause" }])
  expect(interferes(fault("AlertmanagerDown", ["alertmanager"]), held)).toBe(true)
  expect(interferes(held, fault("AlertmanagerDown", ["alertmanager"]))).toBe(true)
})

test("none overtakes an earlier one that it interferes with", () => {
  const long = fault("Long", ["database"])
  const both = fault("Both", ["database", "redis"])
  const [edge, redis] = [fault("Edge", ["edge"]), fault("Redis", ["redis"])]
  expect(nextFaults([both, edge, redis], [long])).toEqual([edge])
  expect(nextFaults([both, edge, redis], [])).toEqual([both, edge])
})
