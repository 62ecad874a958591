import { expect, test } from "vitest"
import { watchedFixture } from "../core/fleet-fixture.ts"
import { contributionsOf } from "../core/render.ts"
import { budgetRecordings, burnExpression, burnRecordings, type Slo } from "./burn-rate.ts"

const slo: Slo = {
  name: "shop",
  objective: 0.999,
  bad: (window) => `bad[${window}]`,
  total: (window) => `total[${window}]`,
}

test("the windows and factors are those of the SRE workbook, and few bad events are none by each pair's own window", () => {
  expect(burnExpression(slo, "page")).toBe(
    "(shop:bad_ratio_rate1h > 0.0144 and shop:bad_ratio_rate5m > 0.0144 and bad[5m] * 300 >= 10) or " +
      "(shop:bad_ratio_rate6h > 0.006 and shop:bad_ratio_rate30m > 0.006 and bad[30m] * 1800 >= 10)",
  )
  expect(burnExpression(slo, "ticket")).toBe(
    "(shop:bad_ratio_rate1d > 0.003 and shop:bad_ratio_rate2h > 0.003 and bad[2h] * 7200 >= 10) or " +
      "(shop:bad_ratio_rate3d > 0.001 and shop:bad_ratio_rate6h > 0.001 and bad[6h] * 21600 >= 10)",
  )
})

test("every window is recorded once", () => {
  expect(burnRecordings(slo).map(({ name }) => name)).toEqual(
    ["5m", "30m", "1h", "2h", "6h", "1d", "3d"].map((window) => `shop:bad_ratio_rate${window}`),
  )
})

test("the error budget is counted in events, over 30 days", () => {
  expect(
    budgetRecordings(slo, {}).map(({ name, expression }) => `${name} = ${expression}`),
  ).toEqual([
    "shop:objective = vector(0.999)",
    "shop:bad_rate5m = bad[5m]",
    "shop:total_rate5m = total[5m]",
    "shop:burn_rate5m = shop:bad_ratio_rate5m / 0.001",
    "shop:error_budget_left30d = 1 - sum_over_time(shop:bad_rate5m[30d]) / (sum_over_time(shop:total_rate5m[30d]) > 0) / 0.001",
  ])
})

test("latency is promised only where the spec does", () => {
  const names = (fleet = watchedFixture()) =>
    contributionsOf(fleet)
      .monitored.filter(({ component }) => component === "slo")
      .flatMap(({ monitored }) => monitored.alerts.map(({ name }) => name))
  expect(names()).toContain("LatencyBurnsFast")
  const fleet = watchedFixture()
  fleet.objectives.latency = null
  expect(names(fleet)).toEqual([
    "AvailabilityBurnsFast",
    "AvailabilityBurnsSlowly",
    "AvailabilityUnknown",
    "RouteFails",
  ])
})
