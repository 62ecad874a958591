import { expect, test } from "vitest"
import { isOn, openRecord } from "./record.ts"

const series = (alertname: string, alertstate: string, at: number[], node = "a") => ({
  metric: { alertname, alertstate, node },
  values: at.map((time) => [time, "1"] as const),
})

test("answers that overlap make one time, with the moments at which Prometheus looked", () => {
  const record = openRecord(15)
  record.add([series("Down", "pending", [100, 115])])
  record.add([series("Down", "pending", [115, 130]), series("Down", "firing", [145])])
  record.add([series("Down", "firing", [145, 160])])
  expect(record.spans()).toEqual([
    { alert: "Down", state: "pending", from: 100, to: 130 },
    { alert: "Down", state: "firing", from: 145, to: 160 },
  ])
})

test("an alert fires as long as any of its series does", () => {
  const record = openRecord(15)
  record.add([series("Down", "firing", [100, 115], "a"), series("Down", "firing", [115, 130], "b")])
  expect(record.spans()).toEqual([{ alert: "Down", state: "firing", from: 100, to: 130 }])
})

test("a look that was missed ends nothing, two do", () => {
  const record = openRecord(15)
  record.add([series("Down", "firing", [100, 130, 175])])
  expect(record.spans().map(({ from, to }) => [from, to])).toEqual([
    [100, 130],
    [175, 175],
  ])
})

test("what was found at the last look is on", () => {
  const spans = [{ alert: "Down", state: "pending" as const, from: 100, to: 130 }]
  expect(isOn(spans, "Down", 145, 15)).toBe(true)
  expect(isOn(spans, "Down", 175, 15)).toBe(false)
  expect(isOn(spans, "Up", 145, 15)).toBe(false)
})
