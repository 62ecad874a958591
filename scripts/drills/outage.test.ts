import { expect, test } from "vitest"
import { distribution, type Sample, summarise } from "./outage.ts"

const ok = (startMs: number, durationMs = 5): Sample => ({
  startMs,
  durationMs,
  status: 200,
  error: "",
})
const lost = (startMs: number, error = "ECONNREFUSED"): Sample => ({
  startMs,
  durationMs: 1,
  status: 0,
  error,
})

test("a steady load has no outage", () => {
  const samples = Array.from({ length: 100 }, (_, i) => ok(i * 10))
  expect(summarise(samples, 100)).toMatchObject({ requests: 100, failed: 0, outageMs: 0 })
})

test("the outage is the silence between two successes, less the pace", () => {
  const samples = [ok(0), ok(10), lost(20), lost(30), ok(510), ok(520)]
  expect(summarise(samples, 100)).toMatchObject({
    failed: 2,
    failures: { ECONNREFUSED: 2 },
    outageMs: 490,
  })
})

test("slow answers count as silence although none failed", () => {
  expect(summarise([ok(0), ok(10, 1200), ok(20, 1190)], 100).outageMs).toBe(1195)
})

test("never recovering counts until the end", () => {
  expect(summarise([ok(0), lost(10), lost(2000)], 100).outageMs).toBe(1985)
})

test("server errors are failures", () => {
  expect(summarise([{ startMs: 0, durationMs: 1, status: 503, error: "" }], 1).failures).toEqual({
    "HTTP 503": 1,
  })
})

test("distribution uses the nearest rank", () => {
  expect(distribution([5, 1, 3])).toEqual({ min: 1, median: 3, p99: 5, max: 5 })
  expect(distribution([])).toEqual({ min: 0, median: 0, p99: 0, max: 0 })
})
