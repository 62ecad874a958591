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

test("a report is a row with its bounds, and where and when they were measured", () => {
  expect(numbersTable(["vip-host-loss"], [report], "| vip-host-loss | of old |")).toMatch(
    /\n\| vip-host-loss \| 1 \/ 2 \/ 3 ms \(n=3\) \| median \(ms\): 2 \(limit 1000\) \| pass \| 2026-11-22, c, 2 x cpu, 24 GB \|$/,
  )
})

test("without a report here the row stays as it is, and none is made up", () => {
  const text = "| drift | of old |\n| dropped | of old |"
  const rows = numbersTable(["drift", "never-run", "vip-host-loss"], [report], text).split("\n")
  expect(rows.slice(2).map((row) => row.split(" ")[1])).toEqual(["drift", "vip-host-loss"])
  expect(rows[2]).toBe("| drift | of old |")
})

test("only what stands between the markers is replaced", () => {
  const text = "a\n<!-- numbers:begin -->\nold\n<!-- numbers:end -->\nb"
  expect(replaceTable(text, "new")).toBe("a\n<!-- numbers:begin -->\nnew\n<!-- numbers:end -->\nb")
  expect(() => replaceTable("none", "new")).toThrow("README.md lacks")
})
