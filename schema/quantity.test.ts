import { describe, expect, test } from "vitest"
import { parseBandwidth, parseBytes, parseDurationSeconds, parsePercent } from "./quantity.ts"

describe("parseDurationSeconds", () => {
  test.each([
    ["100ms", 0.1],
    ["0s", 0],
    ["60s", 60],
    ["1.1m", 66],
    ["1h", 3600],
    ["14d", 1_209_600],
  ])("%s is %d seconds", (text, seconds) => {
    expect(parseDurationSeconds(text)).toBe(seconds)
  })

  test.each(["", "5", "s", "5 s", "1.2.3s", "5w"])("refuses %j", (text) => {
    expect(() => parseDurationSeconds(text)).toThrow(RangeError)
  })
})

test("parseBytes uses decimal units, as providers sell them", () => {
  expect(parseBytes("256MB")).toBe(256_000_000)
  expect(parseBytes("1.5GB")).toBe(1_500_000_000)
  expect(parseBytes("1TB")).toBe(1e12)
  expect(() => parseBytes("1GiB")).toThrow(RangeError)
})

test("parseBandwidth counts bits, as providers sell them", () => {
  expect(parseBandwidth("500Mbps")).toBe(500_000_000)
  expect(parseBandwidth("1.4Gbps")).toBe(1_400_000_000)
  expect(() => parseBandwidth("1GBps")).toThrow(RangeError)
})

test("parsePercent is a share without floating-point dust", () => {
  expect(parsePercent("57%")).toBe(0.57)
  expect(parsePercent("99.9%")).toBe(0.999)
  expect(parsePercent("100%")).toBe(1)
})
