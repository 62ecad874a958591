import { expect, test } from "vitest"
import { service } from "../plan/plan-fixture.ts"
import { change, messages } from "./guard-fixture.ts"
import { guardWarnings } from "./index.ts"
import type { GuardFacts } from "./rule.ts"

type Budget = Exclude<GuardFacts["errorBudget"], undefined | { unknown: string }>

const before = [service("app")]
const after = [service("app", { replicas: 6 })]
const changed = (facts: Partial<GuardFacts>, to = after) => change(before, to, facts)
const budget = (parts: Partial<Budget> = {}, budgetLeft: number | null = 0.5): Budget => ({
  burning: [],
  slos: [{ name: "availability", objective: 0.9995, budgetLeft, burnRate: 0 }],
  days: 30,
  ...parts,
})
const refused = (facts: Partial<GuardFacts>, to = after) => messages("slo-burn", changed(facts, to))

test("slo-burn: a page for a burn refuses, and names the way back", () => {
  expect(refused({ errorBudget: budget({ burning: ["AvailabilityBurnsFast"] }) })).toEqual([
    "AvailabilityBurnsFast fires (docs/runbooks/AvailabilityBurnsFast.md); find the cause first, or pass --override slo-burn when this is the way back (a git revert) or the repair",
  ])
})

test.each([
  ["half left", 0.5, 30, 0],
  ["nothing left", 0, 30, 1],
  ["overspent", -3, 7, 1],
  ["overspent in the days in which the fleet began", -3, 6.9, 0],
  ["nobody has asked for anything", null, 30, 0],
])("slo-burn: a budget of which %s", (_, left, days, count) => {
  const found = refused({ errorBudget: budget({ days }, left) })
  expect(found).toHaveLength(count)
  if (count > 0) expect(found[0]).toContain("availability is spent: fewer than 99.95% of")
})

test("slo-burn: the days are those that there are metrics for", () => {
  const [found] = refused({ errorBudget: budget({ days: 12.7 }, -1) })
  expect(found).toContain("of the answers of 12 days were good")
})

test("slo-burn: metrics of an unknown age judge no budget", () => {
  expect(refused({ errorBudget: budget({ days: null }, -1) })).toEqual([])
})

test("slo-burn: an empty plan is neither refused nor warned about", () => {
  for (const errorBudget of [budget({ burning: ["LatencyBurnsFast"] }), { unknown: "no answer" }]) {
    const input = changed({ errorBudget }, before)
    expect(input.plan.operations).toEqual([])
    expect(messages("slo-burn", input)).toEqual([])
    expect(guardWarnings(input)).toEqual([])
  }
})

test("slo-burn: what nobody knows is said, not refused", () => {
  const facts = { errorBudget: { unknown: "Prometheus on manager-3 does not answer: timed out" } }
  expect(refused(facts)).toEqual([])
  expect(guardWarnings(changed(facts))).toEqual([
    "slo-burn: nobody knows whether visitors are failed now: Prometheus on manager-3 does not answer: timed out",
  ])
  // An offline plan asks nobody.
  expect(guardWarnings(changed({ errorBudget: undefined }))).toEqual([])
})

test("slo-burn: the box breaks its promises on purpose, so it is only told", () => {
  const facts = {
    tier: "development",
    errorBudget: budget({ burning: ["AvailabilityBurnsFast"] }, -1),
  }
  expect(refused(facts)).toEqual([])
  expect(guardWarnings(changed(facts))).toEqual([
    "slo-burn: AvailabilityBurnsFast fires (docs/runbooks/AvailabilityBurnsFast.md)",
    "slo-burn: the error budget of availability is spent: fewer than 99.95% of the answers of 30 days were good",
  ])
  expect(guardWarnings(changed({ errorBudget: budget() }))).toEqual([])
})
