import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { watchedFixture } from "../../../generators/core/fleet-fixture.ts"
import { inhibitionsOf } from "../../../generators/core/monitoring.ts"
import { contributionsOf } from "../../../generators/core/render.ts"
import type { Fault } from "./fault.ts"
import { faults, promtoolOnly, watchdog } from "./faults.ts"
import { readRules } from "./rules.ts"

const { monitored } = contributionsOf(watchedFixture())
const alerts = monitored.flatMap(({ monitored }) => monitored.alerts)
const inBox = readRules(join(import.meta.dirname, "../../.."), "local-data").rules
const must = faults.flatMap((fault) => fault.must.map(({ alert }) => alert))

test("every alert is fired by a fault, or says why only promtool fires it", () => {
  const known = [...new Set([...must, ...Object.keys(promtoolOnly), watchdog])]
  expect(known.toSorted()).toEqual(alerts.map(({ name }) => name).toSorted())
  expect(Object.keys(promtoolOnly).filter((alert) => must.includes(alert))).toEqual([])
})

test("faults have names of their own", () => {
  const names = faults.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

describe.each(faults.map((fault) => [fault.name, fault] as const))("%s", (_, fault) => {
  test("fires what the box has", () => {
    const named = [...fault.must.map(({ alert }) => alert), ...Object.keys(fault.may ?? {})]
    expect(named.filter((alert) => !inBox.has(alert))).toEqual([])
    expect(new Set(named).size).toBe(named.length)
  })

  test("expects only what the rules hold back to be held back", () => {
    const held = fault.must.flatMap(({ alert, heldBackBy }) =>
      heldBackBy === undefined ? [] : [`${alert} by ${heldBackBy}`],
    )
    const wrong = held.filter((pair) => !inhibitions(fault).includes(pair))
    expect(wrong).toEqual([])
  })
})

/** Which alerts of a fault the spec's inhibitions let another one of it hold back. */
function inhibitions(fault: Fault): string[] {
  const names = fault.must.map(({ alert }) => alert)
  return alerts
    .filter(({ name }) => names.includes(name))
    .flatMap((alert) => {
      const isHeld = (other: string) =>
        inhibitionsOf(alert).some(({ alerts }) =>
          alerts === "all others" ? other !== alert.name : alerts.includes(other),
        )
      return names.filter(isHeld).map((other) => `${other} by ${alert.name}`)
    })
}
