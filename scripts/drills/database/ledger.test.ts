import { expect, test } from "vitest"
import { dualWrites, type ProbeRow, routeSummary } from "./ledger.ts"

const ok = (startMs: number, durationMs = 5, value: number | null = null): ProbeRow => [
  startMs,
  durationMs,
  "",
  value,
]

test("an outage is the longest time between two acknowledgements, less the pace", () => {
  const rows: ProbeRow[] = [
    ok(0),
    ok(100),
    [200, 50, "refused", null],
    ok(300, 2000),
    ok(400, 1800),
    [2400, 5, "08P01 server conn crashed?", null],
  ]
  expect(routeSummary(rows, 100)).toMatchObject({
    statements: 6,
    failed: 2,
    refused: 1,
    errors: { refused: 1, "08P01 server conn crashed?": 1 },
    outageMs: 2200 - 105 - 100,
  })
})

test("a write in an old timeline after one in a newer is two primaries at once", () => {
  const direct = { a: [ok(0, 5, 1), ok(100, 5, 1), ok(400, 5, 1)], b: [ok(300, 10, 2)] }
  expect(dualWrites(direct)).toEqual([{ member: "a", timeline: 1, lateMs: 90 }])
})

test("one after the other is no fault, also when the old one's last write took long", () => {
  const direct = { a: [ok(0, 5, 1), ok(100, 900, 1)], b: [ok(300, 10, 2), ok(400, 5, 2)] }
  expect(dualWrites(direct)).toEqual([])
})

test("a timeline that two members write in is two primaries, in whatever order they do", () => {
  const direct = { a: [ok(0, 5, 1), ok(300, 5, 2)], b: [ok(290, 5, 2), ok(310, 10, 2)] }
  expect(dualWrites(direct)).toEqual([{ member: "a", timeline: 2, lateMs: 10 }])
})
