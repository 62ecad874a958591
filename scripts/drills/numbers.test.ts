import { expect, test } from "vitest"
import { numbersTable, replaceTable } from "./numbers.ts"
import type { DrillReport } from "./report.ts"

const report: DrillReport = {
  name: "vip-host-loss",
  commit: "c",
  machine: "2 x cpu, 24 GB",
  pace: 1,
  when: "2026-11-22T17:00:00.000Z",
  parameters: {},
  samples: [1, 2, 3],
  unit: "ms",
  distribution: { min: 1, median: 2, p99: 3, max: 3 },
  bounds: [{ what: "median (ms)", limit: 1000, measured: 2, met: true }],
  details: null,
  verdict: "pass",
}

test("a report is a row with its bounds", () => {
  expect(numbersTable([report])).toContain(
    "| vip-host-loss | 1 / 2 / 3 ms (n=3) | median (ms): 2 (limit 1000) | pass |",
  )
})

test("only what stands between the markers is replaced", () => {
  const text = "a\n<!-- numbers:begin -->\nold\n<!-- numbers:end -->\nb"
  expect(replaceTable(text, "new")).toBe("a\n<!-- numbers:begin -->\nnew\n<!-- numbers:end -->\nb")
  expect(() => replaceTable("none", "new")).toThrow("README.md lacks")
})
