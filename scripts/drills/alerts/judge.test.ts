import { expect, test } from "vitest"
import type { Fault } from "./fault.ts"
import { falseAlerts, mustResults, provesRunbooksOf, type Tried } from "./judge.ts"
import type { Span } from "./record.ts"

const rule = (alert: string) =>
  [alert, { alert, expression: "up == 0", severity: "warning", forSeconds: 60 }] as const
const by = {
  pace: { scrapeSeconds: 15, scrapeTimeoutSeconds: 10, evaluationSeconds: 15 },
  rules: new Map(["NodeDown", "LoadBalancerDown", "DatabaseFailover"].map(rule)),
}
/** Of the rules above: 15 + 10 + 15 + 60 + 15. */
const ruleSeconds = 115

const fault: Fault = {
  name: "host-lost",
  summary: "",
  touches: ["edge"],
  must: [{ alert: "NodeDown" }, { alert: "LoadBalancerDown", heldBackBy: "NodeDown" }],
  may: { VipMoved: "it may" },
  break: async () => undefined,
}

/** Broken from 1000 to 1002, repaired at 1200, over at 1300. */
const tried = (changed: Partial<Tried> = {}): Tried => ({
  fault,
  beganAt: 1000,
  brokenAt: 1002,
  repairedAt: 1200,
  endedAt: 1300,
  holdsAfterSeconds: 0,
  heldBack: ["LoadBalancerDown"],
  onBefore: [],
  commands: [],
  error: null,
  ...changed,
})

const firing = (alert: string, from: number, to: number): Span => ({
  alert,
  state: "firing",
  from,
  to,
})

test("an alert that fires in time and is held back as it has to be", () => {
  const spans = [firing("NodeDown", 1090, 1210), firing("LoadBalancerDown", 1095, 1240)]
  expect(mustResults(tried(), spans, by)).toEqual([
    {
      alert: "NodeDown",
      verdict: "fired",
      seconds: 90,
      boundSeconds: ruleSeconds + 2,
      resolvedSeconds: 25,
      heldBack: null,
    },
    {
      alert: "LoadBalancerDown",
      verdict: "fired",
      seconds: 95,
      boundSeconds: ruleSeconds + 2,
      resolvedSeconds: 55,
      heldBack: true,
    },
  ])
})

test("late, missing, told although it is said already, and never ended", () => {
  const results = mustResults(tried({ heldBack: [] }), [firing("NodeDown", 1118, 1299)], by)
  expect(results[0]).toMatchObject({ verdict: "late", seconds: 118, resolvedSeconds: null })
  expect(results[1]).toMatchObject({ verdict: "missing", seconds: null, heldBack: false })
})

test("what fired or was about to before the fault does not count", () => {
  const early: Span[] = [
    firing("NodeDown", 900, 1100),
    { ...firing("LoadBalancerDown", 1050, 1100), state: "pending" },
  ]
  const verdicts = mustResults(tried(), early, by).map(({ verdict }) => verdict)
  expect(verdicts).toEqual(["missing", "missing"])
})

test("an alert that looks back and was on before proves nothing, and is no failure", () => {
  const failover: Fault = { ...fault, must: [{ alert: "DatabaseFailover", lingers: true }] }
  const [result] = mustResults(
    tried({ fault: failover, onBefore: ["DatabaseFailover"] }),
    [firing("DatabaseFailover", 900, 1300)],
    by,
  )
  expect(result).toMatchObject({ verdict: "on before", seconds: null })
})

test("what needs time to come true has it", () => {
  const slow: Fault = { ...fault, must: [{ alert: "NodeDown", holdsAfterSeconds: 45 }] }
  const bound = (changed: Partial<Tried>) =>
    mustResults(tried({ fault: slow, ...changed }), [], by)[0]?.boundSeconds
  expect(bound({})).toBe(ruleSeconds + 2 + 45)
  expect(bound({ holdsAfterSeconds: 60 })).toBe(ruleSeconds + 2 + 60)
})

test("an alert is false when no fault that is on explains it", () => {
  const other = tried({ fault: { ...fault, name: "other", must: [], may: {} } })
  const spans = [
    firing("Watchdog", 900, 1300),
    firing("OldAlert", 900, 1300),
    firing("NodeDown", 1090, 1210),
    firing("VipMoved", 1350, 1360),
    firing("Surprise", 1100, 1110),
  ]
  const options = { since: 1000, always: "Watchdog" }
  expect(falseAlerts([tried(), other], spans, options)).toEqual([
    { alert: "Surprise", from: 1100, during: ["host-lost", "other"] },
  ])
  expect(falseAlerts([other], spans, options).map(({ alert }) => alert)).toEqual([
    "NodeDown",
    "VipMoved",
    "Surprise",
  ])
})

test("an alert that comes after its fault ended is false", () => {
  const options = { since: 1000, always: "Watchdog" }
  const late = falseAlerts([tried()], [firing("NodeDown", 1350, 1360)], options)
  expect(late).toEqual([{ alert: "NodeDown", from: 1350, during: [] }])
})

test("a runbook is proved where people are told of its alert, or where nobody ever is", () => {
  const told: Fault = { ...fault, name: "told", must: [{ alert: "LoadBalancerDown" }] }
  expect(provesRunbooksOf(fault, [fault])).toEqual(["NodeDown", "LoadBalancerDown"])
  expect(provesRunbooksOf(fault, [fault, told])).toEqual(["NodeDown"])
})
