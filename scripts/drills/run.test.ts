import { expect, test } from "vitest"
import { drills } from "./index.ts"
import { requireParts, withAlerts } from "./run.ts"

const coverage = drills.filter(({ name }) => name === "alert-coverage")

test("parts are chosen of one drill that has some", () => {
  expect(() => requireParts(drills, [])).not.toThrow()
  expect(() => requireParts(coverage, ["replica-lags"])).not.toThrow()
  expect(() => requireParts(coverage, ["replica-lag"])).toThrow('has no part "replica-lag"; known:')
  expect(() => requireParts(drills, ["replica-lags"])).toThrow("--only goes with one drill")
  const other = drills.filter(({ name }) => name === "no-op-apply")
  expect(() => requireParts(other, ["x"])).toThrow("that has parts: alert-coverage")
})

test("only a thorough run is held to the alerts; the report has them always", () => {
  const measured = { parameters: {}, samples: [], unit: "s", bounds: [] }
  const alerts = {
    fired: [],
    missing: ["NodeDown"],
    unproven: ["DatabaseFailover"],
    unexplained: [],
    blindSeconds: 30,
  }
  expect(withAlerts(measured, alerts, false)).toEqual({ ...measured, alerts })
  const { bounds } = withAlerts(measured, alerts, true)
  expect(bounds.map(({ what, met }) => `${what}: ${met}`)).toEqual([
    "false alerts: true",
    "alerts that had to fire and did not (on before: DatabaseFailover): false",
    "seconds in which nobody looked: false",
  ])
})
