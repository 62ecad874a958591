import type { GraphFieldConfig } from "@grafana/grafana-foundation-sdk/common"
import type {
  FieldConfigSource,
  Panel as SdkPanel,
  ThresholdsConfig,
} from "@grafana/grafana-foundation-sdk/dashboard"
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus"
import type { Options as StatOptions } from "@grafana/grafana-foundation-sdk/stat"
import type { Options as TimeseriesOptions } from "@grafana/grafana-foundation-sdk/timeseries"
import type { Colour, Panel, Query } from "../core/dashboard.ts"
import { dashboardAddress } from "../core/explaining-dashboards.ts"
import { datasource } from "./datasource.ts"
import type { Place } from "./layout.ts"
import type { Written } from "./written.ts"

type Defaults = Omit<Written<FieldConfigSource["defaults"]>, "custom">

/** A panel as Grafana reads it from a file. */
export type PanelJson = Omit<Written<SdkPanel>, "targets" | "options" | "fieldConfig"> & {
  targets: Written<Dataquery>[]
  options: Written<TimeseriesOptions> | Written<StatOptions>
  fieldConfig: { defaults: Defaults & { custom?: Written<GraphFieldConfig> }; overrides: [] }
}

/** A panel at its place in the grid. */
export function panelJson(panel: Panel, id: number, place: Place): PanelJson {
  const { title, description, leadsTo } = panel
  return {
    id,
    type: panel.kind === "graph" ? "timeseries" : "stat",
    title,
    description,
    datasource,
    gridPos: place,
    links: leadsTo === undefined ? [] : [linkTo(leadsTo)],
    targets: panel.queries.map((query, index) => target(query, index, panel)),
    options: panel.kind === "graph" ? graphOptions : numberOptions(panel),
    fieldConfig: {
      defaults: {
        ...looks(panel),
        ...(panel.kind === "graph" ? { custom: lines(panel) } : {}),
      },
      overrides: [],
    },
  }
}

/** The first 26 queries of a panel are A to Z. */
const firstRefId = "A".charCodeAt(0)

function target({ expression, legend }: Query, index: number, { kind }: Panel): Written<Dataquery> {
  const isInstant = kind === "number"
  return {
    refId: String.fromCharCode(firstRefId + index),
    expr: expression,
    legendFormat: legend,
    datasource,
    editorMode: "code",
    range: !isInstant,
    instant: isInstant,
  }
}

function looks({ kind, unit, max, words, steps, mayBeEmpty }: Panel): Defaults {
  return {
    unit,
    ...(unit === "percentunit" ? { min: 0 } : {}),
    ...(max === undefined ? {} : { max }),
    ...(mayBeEmpty === undefined ? {} : { noValue: mayBeEmpty }),
    // By its steps a graph would give all its series one colour.
    color: { mode: kind === "number" && steps !== undefined ? "thresholds" : "palette-classic" },
    thresholds: thresholds(steps ?? [{ from: null, colour: "green" }]),
    mappings:
      words === undefined
        ? []
        : [
            {
              type: "value",
              options: Object.fromEntries(
                Object.entries(words).map(([value, text], index) => [value, { text, index }]),
              ),
            },
          ],
  }
}

function thresholds(
  steps: readonly { from: number | null; colour: Colour }[],
): Written<ThresholdsConfig> {
  return {
    mode: "absolute",
    steps: steps.map(({ from, colour }) => ({ value: from, color: colour })),
  }
}

function lines({ steps, stacked }: Panel): Written<GraphFieldConfig> {
  return {
    drawStyle: "line",
    lineWidth: 1,
    fillOpacity: stacked === true ? 30 : 0,
    showPoints: "auto",
    spanNulls: false,
    stacking: { mode: stacked === true ? "normal" : "none" },
    thresholdsStyle: { mode: steps === undefined ? "off" : "dashed" },
  }
}

const graphOptions: Written<TimeseriesOptions> = {
  legend: { showLegend: true, displayMode: "table", placement: "bottom", calcs: ["lastNotNull"] },
  tooltip: { mode: "multi", sort: "desc" },
}

function numberOptions({ named, queries, steps }: Panel): Written<StatOptions> {
  const isOne = queries.length === 1 && !queries[0]?.legend.includes("{{")
  return {
    reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
    colorMode: steps === undefined ? "value" : "background",
    graphMode: "none",
    justifyMode: "auto",
    textMode: named === true ? "name" : isOne ? "value" : "value_and_name",
    wideLayout: true,
    showPercentChange: false,
    percentChangeColorMode: "standard",
    orientation: "auto",
  }
}

function linkTo(uid: string) {
  return {
    title: "More",
    type: "link" as const,
    icon: "dashboard",
    tooltip: "",
    url: dashboardAddress({ uid }),
    tags: [],
    asDropdown: false,
    targetBlank: false,
    includeVars: false,
    keepTime: true,
  }
}
