import { join } from "node:path"
import { describe, expect, test } from "vitest"
import {
  boundSeconds,
  burning,
  eventsToBurn,
  paceOf,
  promSeconds,
  readRules,
  rulesOf,
} from "./rules.ts"

const pace = paceOf(
  "global: { scrape_interval: 15s, scrape_timeout: 10s, evaluation_interval: 20s }",
)

const file = `groups:
  - name: app
    rules:
      - record: shop:x:y
        expr: vector(1)
      - alert: AppTaskDown
        expr: up == 0
        for: 1m
        labels: { severity: warning }
      - alert: Watchdog
        expr: vector(1)
        labels: { severity: info }
`

test("the rules are read as they are delivered", () => {
  expect(rulesOf(file)).toEqual([
    { alert: "AppTaskDown", expression: "up == 0", severity: "warning", forSeconds: 60 },
    { alert: "Watchdog", expression: "vector(1)", severity: "info", forSeconds: 0 },
  ])
  expect(pace).toEqual({ scrapeSeconds: 15, scrapeTimeoutSeconds: 10, evaluationSeconds: 20 })
})

test("durations are Prometheus's", () => {
  expect(["15s", "1h30m", "3d"].map(promSeconds)).toEqual([15, 5400, 259_200])
  expect(() => promSeconds("soon")).toThrow('"soon" is no duration')
  expect(() => promSeconds("1m and 5s")).toThrow("no duration")
})

describe("the time in which an alert has to fire", () => {
  const rule = (expression: string, forSeconds: number) => ({
    alert: "A",
    expression,
    severity: "",
    forSeconds,
  })

  test("is a scrape that gives up, a look, what it has to last in whole looks, and a margin", () => {
    expect(boundSeconds(rule("up == 0", 0), pace)).toBe(15 + 10 + 20 + 15)
    expect(boundSeconds(rule("up == 0", 45), pace)).toBe(60 + 60)
  })

  test("is longer by what the expression looks back", () => {
    expect(boundSeconds(rule("a offset 30s - b > 1", 0), pace)).toBe(60 + 30)
    expect(boundSeconds(rule("changes(a[15m:15s]) > 0", 0), pace)).toBe(60 + 15)
  })
})

describe("the bad answers that burn a budget", () => {
  const { rules } = readRules(join(import.meta.dirname, "../../.."), "local-data")
  const fast = rules.get("AvailabilityBurnsFast") ?? {
    alert: "",
    expression: "",
    severity: "",
    forSeconds: 0,
  }

  test("are counted in the windows of the rule", () => {
    const { promise, windows } = burning(fast)
    expect(promise).toBe("shop:availability")
    expect(windows.map(({ window }) => window)).toEqual(["1h", "5m", "6h", "30m"])
    expect(() => burning({ ...fast, alert: "NodeDown", expression: "up == 0" })).toThrow(
      "NodeDown is not about the burn of an error budget",
    )
  })

  test("are as many as the easier pair of windows needs", () => {
    const two = { ...fast, expression: "a:bad_ratio_rate1h > 0.5 and a:bad_ratio_rate5m > 0.5" }
    const hour = { "1h": { total: 100, bad: 0 }, "5m": { total: 10, bad: 0 } }
    expect(eventsToBurn(two, hour)).toBe(100)
    expect(eventsToBurn(two, { ...hour, "1h": { total: 100, bad: 50 } })).toBe(10)
    const four = {
      ...two,
      expression: `${two.expression} or a:bad_ratio_rate6h > 0.2 and a:bad_ratio_rate30m > 0.2`,
    }
    expect(eventsToBurn(four, { ...hour, "6h": { total: 100, bad: 0 } })).toBe(25)
  })

  test("are none when it burns already", () => {
    const burning = { total: 10, bad: 10 }
    const windows = ["1h", "5m", "6h", "30m"].map((window) => [window, burning])
    expect(eventsToBurn(fast, Object.fromEntries(windows))).toBe(0)
  })
})
