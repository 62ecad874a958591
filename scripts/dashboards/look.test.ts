import { expect, test } from "vitest"
import { dashboardFixture, panelFixture, prometheusFixture } from "./dashboard-fixture.ts"
import { gapLine, gapsOf, unexplained } from "./gaps.ts"
import { lookAtDashboards } from "./look.ts"

const span = { fromSeconds: 7_200, toSeconds: 10_800 }
const sent = "rate(hits[60s])"
const hosts = { "label/node/values": ["database-1"] }
const oneSeries = {
  result: [
    {
      metric: { node: "a" },
      values: [
        [7_200, "1"],
        [7_230, "NaN"],
        [7_260, "3"],
      ],
    },
  ],
}

function look(answers: Record<string, unknown>, ...panels: Parameters<typeof dashboardFixture>) {
  const { access, asked } = prometheusFixture({ ...hosts, ...answers })
  const dashboards = [dashboardFixture(...panels)]
  return lookAtDashboards(access, { scrapeIntervalSeconds: 15, dashboards }, span).then((seen) => ({
    seen,
    asked,
    gaps: gapsOf(seen),
  }))
}

test("a panel is asked as Grafana would ask, and its series are named by the legend", async () => {
  const { seen, asked, gaps } = await look({ [sent]: oneSeries }, panelFixture())
  expect(asked).toContainEqual({
    path: "query_range",
    parameters: { query: sent, start: "7200", end: "10800", step: "30" },
  })
  expect(seen[0]?.panels[0]?.answers[0]?.lines).toEqual([
    {
      name: "a: hits",
      points: [
        [7_200, 1],
        [7_260, 3],
      ],
    },
  ])
  expect(gaps).toEqual([])
})

test("a number is the value now", async () => {
  const answer = { result: [{ metric: { node: "a" }, value: [10_800, "2"] }] }
  const { seen, asked } = await look({ [sent]: answer }, panelFixture({ type: "stat" }))
  expect(asked[0]).toEqual({ path: "query", parameters: { query: sent, time: "10800" } })
  expect(seen[0]?.panels[0]?.answers[0]?.lines[0]?.points).toEqual([[10_800, 2]])
})

test("one question of several panels is asked once", async () => {
  const { asked } = await look({}, panelFixture(), panelFixture({ title: "Again" }))
  expect(asked.filter(({ parameters }) => parameters.query === sent)).toHaveLength(1)
})

test("a query without a result, or with none but NaN, is a gap that names panel and query", async () => {
  const onlyNaN = { result: [{ metric: {}, values: [[7_200, "NaN"]] }] }
  for (const answer of [{ result: [] }, onlyNaN]) {
    const { gaps } = await look({ [sent]: answer }, panelFixture())
    expect(unexplained(gaps).map(gapLine)).toEqual([
      `quickcart-edge, Requests: A: nothing for ${sent}`,
    ])
  }
})

test("a panel may say why it is empty, but not for a query that is refused", async () => {
  const { fieldConfig } = panelFixture()
  const excused = panelFixture({
    fieldConfig: { defaults: { ...fieldConfig.defaults, noValue: "Nobody asked" } },
  })
  const { gaps } = await look({}, excused)
  expect(gaps.map(gapLine)).toEqual(["quickcart-edge, Requests: empty, as it may be: Nobody asked"])
  expect(unexplained(gaps)).toEqual([])
  const refused = await look({ [sent]: new Error("parse error") }, excused)
  expect(unexplained(refused.gaps).map(gapLine)).toEqual([
    "quickcart-edge, Requests: A: parse error",
  ])
})

test("a variable without values is a fault of the dashboard", async () => {
  const { gaps } = await look({ [sent]: oneSeries, "label/node/values": [] }, panelFixture())
  expect(gaps.map(gapLine)).toEqual([
    'quickcart-edge: the variable node has no values (label_values(up{job="node"}, node))',
  ])
})
