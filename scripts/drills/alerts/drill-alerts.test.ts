import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { drills, environmentOf } from "../index.ts"
import { drillAlerts, judgedByItself, sharedMachine } from "./drill-alerts.ts"
import { explainedBy } from "./during-drill.ts"
import { faults } from "./faults.ts"
import { readRules } from "./rules.ts"

const repository = join(import.meta.dirname, "../../..")
const inBox = readRules(repository, "local-data").rules
/** A drill may turn on what the box leaves off. */
const anywhere = new Map([...inBox, ...readRules(repository, "production").rules])
const known = faults.map(({ name }) => name)

test("every drill says what alerts have to say of it", () => {
  const names = drills.map(({ name }) => name).filter((name) => name !== judgedByItself)
  expect(Object.keys(drillAlerts)).toEqual(names)
})

test("what may fire in any drill is an alert, and has to fire in none", () => {
  const must = Object.values(drillAlerts).flatMap((declared) => declared.must ?? [])
  expect(Object.keys(sharedMachine).filter((alert) => !inBox.has(alert))).toEqual([])
  expect(Object.keys(sharedMachine).filter((alert) => must.includes(alert))).toEqual([])
})

describe.each(Object.entries(drillAlerts))("%s", (name, declared) => {
  test("names alerts and faults that there are, and says why", () => {
    expect(explainedBy(declared, faults).filter((alert) => !anywhere.has(alert))).toEqual([])
    expect((declared.coveredBy ?? []).filter((fault) => !known.includes(fault))).toEqual([])
    expect(declared.why).not.toBe("")
  })

  test("demands alerts only where somebody watches", () => {
    const drill = drills.find((one) => one.name === name)
    const isWatched = drill !== undefined && environmentOf(drill) === "local-data"
    expect(isWatched ? [] : (declared.must ?? [])).toEqual([])
  })
})
