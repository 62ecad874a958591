import { fileURLToPath } from "node:url"
import { Ajv } from "ajv"
import { createGenerator } from "ts-json-schema-generator"
import { beforeAll, describe, expect, test } from "vitest"
import { parse } from "yaml"
import { withoutMacros } from "../../schema/dashboard-macros.ts"
import { explainingDashboards } from "../core/explaining-dashboards.ts"
import { fleetFixture, monitoringFixture, watchedFixture } from "../core/fleet-fixture.ts"
import { contributionsOf } from "../core/render.ts"
import { type DashboardJson, dashboardJson, deploymentMetric } from "./dashboard-json.ts"
import { datasourceUid } from "./datasource.ts"
import { dashboardsOf } from "./index.ts"
import { overview } from "./overview.ts"
import type { PanelJson } from "./panel-json.ts"
import {
  aggregatedBeforeRate,
  countersWithoutRate,
  metricsOf,
  syntaxErrors,
} from "./promql-fixture.ts"
import type { SdkTypes } from "./sdk-types-fixture.ts"

const fleet = watchedFixture()
const all = contributionsOf(fleet)
const dashboards = dashboardsOf(fleet, all)
const rendered = dashboards.map((dashboard) => dashboardJson(fleet, monitoringFixture(), dashboard))
const uids = rendered.map(({ uid }) => uid)

/** A part with the alerts of another, and no dashboard. */
const unseen = {
  scrapes: [],
  recordings: [],
  alerts: all.monitored.flatMap(({ monitored }) => monitored.alerts).slice(0, 1),
  healthy: {},
}

/** Series that no scrape brings: Prometheus's own of its alerts, and what a deployment writes. */
const others = ["ALERTS", deploymentMetric]
const known = new Set([
  ...all.monitored.flatMap(({ monitored }) => [
    ...Object.keys(monitored.healthy).map((series) => series.split("{")[0]),
    ...monitored.recordings.map(({ name }) => name),
    ...Object.keys(monitored.dashboard?.series ?? {}).map((series) => series.split("{")[0]),
  ]),
  ...others,
])

test("the overview has one tile for each part that has alerts, also for one without a dashboard", () => {
  const more = { ...all, monitored: [...all.monitored, { component: "other", monitored: unseen }] }
  const tiles = overview(fleet, more).rows.find(({ title }) => title === "Which tier is not?")
  const parts = (tiles?.panels ?? []).flatMap(({ queries }) => {
    const [, names = ""] = /component=~"([^"]+)"/.exec(queries[0]?.expression ?? "") ?? []
    return names.split("|")
  })
  const alerting = more.monitored
    .filter(({ monitored }) => monitored.alerts.length > 0)
    .map(({ component }) => component)
  expect(alerting.filter((component) => !parts.includes(component))).toEqual([])
  expect(new Set(parts).size).toBe(parts.length)
})

test("each alert leads to a dashboard that there is, unless nothing shows its part", () => {
  const rules = all.services
    .flatMap(({ configs }) => configs)
    .filter(({ path }) => path.startsWith("configs/prometheus/rules/"))
    .flatMap(({ text }) => parse(text).groups[0].rules)
    .filter(({ alert }: { alert?: string }) => alert !== undefined)
  const leads = (url?: string) => uids.some((uid) => url === `/d/${uid}`)
  const without = rules.filter(({ annotations }) => !leads(annotations.dashboard_url))
  expect(rules.length).toBeGreaterThan(50)
  expect(without.filter(({ annotations }) => annotations.dashboard_url !== undefined)).toEqual([])
  expect([...new Set(without.map(({ labels }) => labels.component))]).toEqual(["logs"])
})

test("each alert leads to a dashboard that shows what it is about", () => {
  const explaining = explainingDashboards(all)
  const namesNone = all.monitored.flatMap(({ component, monitored }) => {
    const json = rendered.find(({ uid }) => uid === explaining.get(component)?.uid)
    const shown =
      json === undefined ? [] : queriesOf(json).flatMap((one) => metricsOf(plain(json, one)))
    return monitored.alerts.filter(({ expression }) => {
      const asked = metricsOf(expression)
      // Of a target that is gone `up` is all there is.
      const own = asked.filter((metric) => metric !== "up")
      return !(own.length > 0 ? own : asked).some((metric) => shown.includes(metric))
    })
  })
  // Nothing shows the log store, and Watchdog is about nothing.
  const exempt = /^(Log|Watchdog$)/
  expect(namesNone.map(({ name }) => name).filter((name) => !exempt.test(name))).toEqual([])
})

test("each address and title is one dashboard's", () => {
  expect(new Set(uids).size).toBe(uids.length)
  expect(new Set(rendered.map(({ title }) => title)).size).toBe(uids.length)
  expect(uids.filter((uid) => !/^quickcart-[a-z-]+$/.test(uid))).toEqual([])
})

test("without its optional parts a fleet has dashboards all the same", () => {
  const small = fleetFixture()
  small.monitoring = monitoringFixture()
  const shown = dashboardsOf(small, contributionsOf(small)).map(({ uid }) => uid)
  expect(shown).toContain("quickcart-overview")
  expect(shown).not.toContain("quickcart-database")
})

describe.each(rendered.map((dashboard) => [dashboard.uid, dashboard] as const))("%s", (_, json) => {
  const panels = panelsOf(json)
  const queries = queriesOf(json)
  const selectors = variablesOf(json).map(({ query }) =>
    query.replace(/^label_values\((.*), \w+\)$/, "$1"),
  )
  const annotations = json.annotations.list?.map(({ expr = "" }) => expr) ?? []
  const expressions = [...queries, ...selectors, ...annotations]

  test("asks the data source that is chosen at the top, ours at first", () => {
    const [first] = json.templating.list ?? []
    expect(first).toMatchObject({ type: "datasource", name: "datasource", query: "prometheus" })
    expect(first?.current?.value).toBe(datasourceUid)
    const asked = [
      ...panels.map((panel) => panel.datasource),
      ...panels.flatMap((panel) => panel.targets.map((target) => target.datasource)),
      ...(json.annotations.list ?? []).map((annotation) => annotation.datasource),
      ...(json.templating.list ?? []).slice(1).map((variable) => variable.datasource),
    ]
    expect(asked.filter((datasource) => datasource?.uid !== "$datasource")).toEqual([])
    expect(JSON.stringify(json)).not.toContain("${DS_")
  })

  test("cannot be edited, and says what it answers", () => {
    expect(json.editable).toBe(false)
    expect(json.description).toMatch(/\?$/)
  })

  test("looks its variables up anew with the time range", () => {
    expect((json.templating.list ?? []).slice(1).map(({ refresh }) => refresh)).toEqual(
      variablesOf(json).map(() => 2),
    )
  })

  test("has ids of its own for panels and queries, and no panel on another", () => {
    const ids = json.panels.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).not.toContain(0)
    for (const { targets } of panels) {
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
    }
    const cells = json.panels.flatMap(({ gridPos }) => cellsOf(gridPos ?? fail()))
    expect(new Set(cells).size).toBe(cells.length)
    expect(json.panels.filter(({ gridPos }) => (gridPos?.x ?? 0) + (gridPos?.w ?? 0) > 24)).toEqual(
      [],
    )
  })

  test("each panel has words, a unit, a query, and legends that tell series apart", () => {
    const lacking = panels.filter(({ title, description, fieldConfig, targets }) => {
      const legends = targets.map(({ legendFormat }) => legendFormat)
      return (
        !/\S/.test(title ?? "") ||
        !/\.$/.test(description ?? "") ||
        !/\S/.test(fieldConfig.defaults.unit ?? "") ||
        targets.length === 0 ||
        legends.includes("") ||
        new Set(legends).size < legends.length
      )
    })
    expect(lacking.map(({ title }) => title)).toEqual([])
  })

  test("its panels and links lead to dashboards that exist", () => {
    const leads = panels.flatMap((panel) => panel.links ?? []).map(({ url = "" }) => url)
    expect(leads.filter((url) => !uids.includes(url.replace("/d/", "")))).toEqual([])
  })

  test("Prometheus reads its queries", () => {
    const wrong = expressions.flatMap((expression) => syntaxErrors(plain(json, expression)))
    expect(wrong).toEqual([])
  })

  test("its rates have Grafana's window, and nothing is summed before them", () => {
    const fixed = queries.filter((query) =>
      /\b(rate|irate|increase)\([^[]*\[(?!\$__rate_interval\])/.test(query),
    )
    expect(fixed).toEqual([])
    const plainQueries = queries.map((query) => plain(json, query))
    expect(plainQueries.flatMap(countersWithoutRate)).toEqual([])
    expect(plainQueries.flatMap(aggregatedBeforeRate)).toEqual([])
  })

  test("the metrics it names are there in a healthy fleet", () => {
    const named = expressions.flatMap((expression) => metricsOf(plain(json, expression)))
    expect([...new Set(named)].filter((metric) => !known.has(metric))).toEqual([])
  })
})

describe("as the types of Grafana's SDK have it", () => {
  const ajv = new Ajv({ strict: false, allErrors: true })

  beforeAll(() => {
    const root = fileURLToPath(new URL("../..", import.meta.url))
    const schema = createGenerator({
      path: `${root}generators/grafana/sdk-types-fixture.ts`,
      tsconfig: `${root}tsconfig.json`,
      type: "SdkTypes",
      additionalProperties: false,
      skipTypeCheck: true,
      functions: "hide",
    }).createSchema("SdkTypes")
    ajv.addSchema(schema as object, "sdk")
  }, 60_000)

  test.each(rendered.map((json) => [json.uid, json] as const))("%s", (_, json) => {
    const problems = [
      ...problemsOf("dashboard", { ...json, panels: [] }),
      ...json.panels.flatMap((panel) =>
        "targets" in panel ? panelProblems(panel) : problemsOf("row", panel),
      ),
    ]
    expect(problems).toEqual([])
  })

  test("which know a misspelt key, a wrong value and a value of no list", () => {
    const [json] = rendered
    const panel = json?.panels.find((candidate) => "targets" in candidate) as PanelJson
    expect(panelProblems({ ...panel, tiitle: "x" } as PanelJson)).not.toEqual([])
    expect(panelProblems({ ...panel, options: { legend: 1 } } as never)).not.toEqual([])
    expect(problemsOf("dashboard", { ...json, graphTooltip: 7 })).not.toEqual([])
  })

  function panelProblems({ targets, options, ...panel }: PanelJson): string[] {
    const { custom, ...defaults } = panel.fieldConfig.defaults
    return [
      ...problemsOf("panel", { ...panel, fieldConfig: { defaults, overrides: [] } }),
      ...targets.flatMap((target) => problemsOf("query", target)),
      ...problemsOf(panel.type === "stat" ? "stat" : "timeseries", options),
      ...problemsOf("lines", custom ?? {}),
    ]
  }

  function problemsOf(type: keyof SdkTypes, value: unknown): string[] {
    ajv.validate(`sdk#/definitions/SdkTypes/properties/${type}`, value)
    return (ajv.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${type}${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
})

function panelsOf(json: DashboardJson): PanelJson[] {
  return json.panels.filter((panel): panel is PanelJson => panel.type !== "row")
}

function queriesOf(json: DashboardJson): string[] {
  return panelsOf(json).flatMap((panel) => panel.targets.map(({ expr }) => expr))
}

function plain(json: DashboardJson, expression: string): string {
  return withoutMacros(expression, {
    scrapeIntervalSeconds: 15,
    stepSeconds: 30,
    rangeSeconds: 3600,
    variables: Object.fromEntries(variablesOf(json).map(({ name }) => [name, ".+"])),
  })
}

/** The variables that are asked of Prometheus. */
function variablesOf(json: DashboardJson): { name: string; query: string }[] {
  return (json.templating.list ?? [])
    .filter(({ type }) => type === "query")
    .map(({ name, definition = "" }) => ({ name, query: definition }))
}

/** Every cell of the grid that a panel covers, as `x,y`. */
function cellsOf({ x, y, w, h }: { x: number; y: number; w: number; h: number }): string[] {
  return Array.from(
    { length: w * h },
    (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`,
  )
}

function fail(): never {
  throw new Error("the fixture lacks it")
}
