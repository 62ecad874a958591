import { expect, test } from "vitest"
import { watchedFixture } from "../../generators/core/fleet-fixture.ts"
import { contributionsOf } from "../../generators/core/render.ts"
import { Failure } from "../io/failure.ts"
import { errorBudget } from "./error-budget.ts"

const nowMs = Date.parse("2026-06-10T12:00:00Z")
const sample = (labels: Record<string, string>, value: number) => ({ labels, value })

test("what burns, what is left and for how long there are metrics, in one question", async () => {
  const questions: string[] = []
  const query = async (expression: string) => {
    questions.push(expression)
    return [
      sample({ __name__: "ALERTS", alertname: "LatencyBurnsFast" }, 1),
      sample({ __name__: "shop:latency:objective" }, 0.99),
      sample({ __name__: "shop:latency:error_budget_left30d" }, -0.2),
      sample({ __name__: "prometheus_tsdb_lowest_timestamp_seconds" }, nowMs / 1000 - 864_000),
    ]
  }
  expect(await errorBudget({ query }, nowMs)).toEqual({
    burning: ["LatencyBurnsFast"],
    slos: [{ name: "latency", objective: 0.99, budgetLeft: -0.2, burnRate: null }],
    days: 10,
  })
  expect(questions).toHaveLength(1)
})

test.each<[string, () => Promise<never[]>, string]>([
  ["does not answer", () => Promise.reject(new Failure("timed out")), "timed out"],
  ["has just begun", async () => [], "Prometheus records no objective yet"],
])("a Prometheus that %s is no reason to refuse", async (_, query, unknown) => {
  expect(await errorBudget({ query }, nowMs)).toEqual({ unknown })
})

test("a fleet without monitoring has no budget to warn of, and a fault of ours is thrown", async () => {
  expect(await errorBudget(null, nowMs)).toBeUndefined()
  const query = () => Promise.reject(new TypeError("a bug"))
  await expect(errorBudget({ query }, nowMs)).rejects.toThrow("a bug")
})

test("the rules have what is asked for", () => {
  const slo = contributionsOf(watchedFixture()).monitored.find(
    ({ component }) => component === "slo",
  )
  const recorded = slo?.monitored.recordings.map(({ name }) => name)
  for (const promise of ["availability", "latency"]) {
    for (const what of ["objective", "error_budget_left30d", "burn_rate5m"]) {
      expect(recorded).toContain(`shop:${promise}:${what}`)
    }
  }
  const paging = slo?.monitored.alerts.filter(
    ({ name, severity }) => severity === "critical" && /.+BurnsFast$/.test(name),
  )
  expect(paging).toHaveLength(2)
})
