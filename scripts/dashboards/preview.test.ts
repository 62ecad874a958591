import { expect, test } from "vitest"
import type { CommittedPanel } from "./committed.ts"
import { dashboardFixture, panelFixture } from "./dashboard-fixture.ts"
import type { Line } from "./look.ts"
import { previewSvg } from "./preview.ts"

const span = { fromSeconds: 0, toSeconds: 3600 }
const line = (name: string, ...values: number[]): Line => ({
  name,
  points: values.map((value, index) => [(index * 3600) / Math.max(values.length - 1, 1), value]),
})

function preview(panel: CommittedPanel, lines: Line[]): string {
  const answers = [{ refId: "A", expression: "", lines }]
  return previewSvg(
    { dashboard: dashboardFixture(panel), panels: [{ panel, answers }], faults: [] },
    span,
  )
}

const linesOf = (svg: string) =>
  [...svg.matchAll(/polyline points="([^"]*)"/g)].map(([, points = ""]) =>
    points.split(" ").map((point) => Number(point.split(",")[1])),
  )

test("a graph has a line for each series, higher values above, and the latest in the legend", () => {
  const svg = preview(panelFixture(), [line("a", 1, 2, 3), line("<b>", 3, 3, 3)])
  const [rising = [], flat = []] = linesOf(svg)
  expect(rising).toEqual(rising.toSorted((a, b) => b - a))
  expect(new Set(flat).size).toBe(1)
  expect(rising.at(-1)).toBe(flat.at(-1))
  expect(svg).toContain("a: 3 req/s")
  expect(svg).toContain("&lt;b&gt;: 3 req/s")
})

test("areas that add up are drawn on one another", () => {
  const panel = panelFixture()
  panel.fieldConfig.defaults.custom = { stacking: { mode: "normal" } }
  const [lower = [], upper = []] = linesOf(preview(panel, [line("a", 1, 1), line("b", 1, 1)]))
  expect(upper[0]).toBeLessThan(lower[0] ?? 0)
})

test("a number is its word in the colour of its step, or the name alone", () => {
  const panel = panelFixture({ type: "stat", options: { textMode: "value_and_name" } })
  panel.fieldConfig.defaults.mappings = [{ options: { 0: { text: "down" }, 1: { text: "up" } } }]
  panel.fieldConfig.defaults.thresholds.steps = [
    { value: null, color: "red" },
    { value: 1, color: "green" },
  ]
  const svg = preview(panel, [line("a", 0), line("b", 1)])
  expect(svg).toMatch(/#d44a3a.*a down.*#299c46.*b up/s)
  panel.options.textMode = "name"
  expect(preview(panel, [line("manager-1", 1)])).toContain(">manager-1<")
})

test("an empty panel says why, or that it has no data", () => {
  const panel = panelFixture()
  expect(preview(panel, [])).toContain("NO DATA")
  panel.fieldConfig.defaults.noValue = "Nobody asked"
  expect(preview(panel, [])).toContain("Nobody asked")
})
