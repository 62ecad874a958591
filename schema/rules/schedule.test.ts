import { describe, expect, test } from "vitest"
import type { FlashSale } from "../environment.ts"
import { verdict } from "./rule-bench.ts"
import { schedule, timezone } from "./schedule.ts"

const sale: FlashSale = { name: "a", start: "2026-12-12T19:00", duration: "3h", appHosts: 50 }
const withSales = (...flashSales: FlashSale[]) =>
  verdict(schedule, (spec) => (spec.flashSales = flashSales))

describe("flash-sale/schedule", () => {
  test("the next prewarm may begin as a sale ends", () => {
    expect(withSales(sale, { ...sale, name: "b", start: "2026-12-12T23:00" })).toEqual([])
  })

  test("a minute earlier overlaps, in whatever order they are written", () => {
    const early = { ...sale, name: "b", start: "2026-12-12T22:59" }
    expect(withSales(early, sale)).toEqual([
      'flashSales[0].start: with its prewarm, "b" begins before "a" is over; ' +
        "move one of them or shorten the prewarm",
    ])
  })

  test("a short sale inside a long one does not hide the next overlap", () => {
    const long = { ...sale, duration: "2d" }
    const short = { ...sale, name: "b", start: "2026-12-12T20:30", duration: "1h" }
    const late = { ...sale, name: "c", start: "2026-12-13T19:00" }
    expect(withSales(long, short, late)).toHaveLength(2)
  })

  test.each(["2026-02-30T19:00", "2026-13-01T19:00", "2026-12-12T24:00", "2026-12-00T10:00"])(
    "%s is not in the calendar",
    (start) => {
      expect(withSales({ ...sale, start })).toEqual([
        expect.stringContaining("is not in the calendar"),
      ])
    },
  )

  test("a sale of no length, with fewer hosts than every day, or with a taken name", () => {
    expect(withSales({ ...sale, duration: "0s" })).toEqual([expect.stringContaining("is 0")])
    expect(withSales({ ...sale, appHosts: 8 })).toEqual([
      "flashSales[0].appHosts: 8 is below the 9 app hosts of every day; write 9 or more",
    ])
    expect(withSales(sale, { ...sale, start: "2027-01-01T00:00" })).toEqual([
      'flashSales[1].name: "a" is the name of an earlier sale; write another',
    ])
  })
})

test("time/zone: only IANA names", () => {
  expect(verdict(timezone)).toEqual([])
  expect(verdict(timezone, (spec) => (spec.timezone = "Jakarta"))).toHaveLength(1)
})
