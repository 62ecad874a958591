import { expect, test } from "vitest"
import { formatValue } from "./values.ts"

test.each([
  [0.98765, "percentunit", "98.8%"],
  [0.0042, "s", "4.2 ms"],
  [90, "s", "1.5 min"],
  [0.0000042, "s", "4.2 µs"],
  [0, "s", "0 s"],
  [59.94, "d", "59.9 d"],
  [256 * 2 ** 20, "bytes", "256 MiB"],
  [0, "bytes", "0 B"],
  [1.4e9, "bps", "1.4 Gbit/s"],
  [1234, "reqps", "1.23k req/s"],
  [3, "short", "3"],
  [-20_000, "short", "-20k"],
] as const)("%s in %s is %s", (value, unit, shown) => {
  expect(formatValue(value, unit)).toBe(shown)
})
