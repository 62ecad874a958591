import type {
  AnnotationQuery,
  DashboardLink,
  RowPanel,
  Dashboard as SdkDashboard,
  VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard"
import type { Dashboard, Variable } from "../core/dashboard.ts"
import type { Fleet, Monitoring } from "../core/fleet.ts"
import { series } from "../core/monitoring.ts"
import { datasource, datasourceUid } from "./datasource.ts"
import { placeRows } from "./layout.ts"
import { type PanelJson, panelJson } from "./panel-json.ts"
import type { Written } from "./written.ts"

/** A dashboard as Grafana reads it from a file. */
export type DashboardJson = Omit<Written<SdkDashboard>, "panels"> & {
  uid: string
  panels: (PanelJson | Omit<Written<RowPanel>, "panels">)[]
}

/**
 * Of Grafana 12: the form that files may have. The newer form (v2) is refused there
 * (grafana/grafana#127928).
 */
const schemaVersion = 42

/** Every dashboard has it: the list of all of them goes by it. */
export const tag = "quickcart"

/** The one place that knows how Grafana writes a dashboard. */
export function dashboardJson(
  fleet: Fleet,
  { runbooks }: Monitoring,
  { uid, title, description, rows, variables = [] }: Dashboard,
): DashboardJson {
  let id = 0
  const nextId = () => {
    id += 1
    return id
  }
  return {
    uid,
    title,
    description,
    tags: [tag],
    // Its changes are made in git: the file wins.
    editable: false,
    schemaVersion,
    timezone: fleet.timezone,
    graphTooltip: 1,
    time: { from: "now-1h", to: "now" },
    refresh: "30s",
    links: [everyDashboard, ...(/^https?:/.test(runbooks) ? [runbookLink(runbooks)] : [])],
    annotations: { list: [deployments(fleet)] },
    templating: { list: [datasourceVariable, ...variables.map(queryVariable)] },
    panels: placeRows(rows).flatMap(({ title: heading, place, panels }) => [
      {
        type: "row" as const,
        id: nextId(),
        title: heading,
        collapsed: false,
        gridPos: place,
        panels: [],
      },
      ...panels.map(({ panel, place: at }) => panelJson(panel, nextId(), at)),
    ]),
  }
}

const everyDashboard: Written<DashboardLink> = {
  title: "Dashboards",
  type: "dashboards",
  icon: "dashboard",
  tooltip: "",
  tags: [tag],
  asDropdown: true,
  targetBlank: false,
  includeVars: false,
  keepTime: true,
}

function runbookLink(url: string): Written<DashboardLink> {
  return {
    title: "Runbooks",
    type: "link",
    icon: "doc",
    tooltip: "What to do about an alert",
    url,
    tags: [],
    asDropdown: false,
    targetBlank: true,
    includeVars: false,
    keepTime: false,
  }
}

/** When a deployment ended, as a series whose value is that time; a new commit is a new series. */
export const deploymentMetric = "quickcart_deployment_timestamp_seconds"

function deployments({ environment }: Fleet): Written<AnnotationQuery> {
  return {
    name: "Deployments",
    datasource,
    enable: true,
    iconColor: "blue",
    // The value says when, in ms as Grafana counts: the time of a sample is that of a scrape.
    expr: `${series(deploymentMetric, { environment })} * 1000`,
    useValueForTime: true,
    titleFormat: "Deployment",
    textFormat: "{{commit}}",
  }
}

const datasourceVariable: Written<VariableModel> = {
  type: "datasource",
  name: "datasource",
  label: "Data source",
  query: "prometheus",
  current: { text: "Prometheus", value: datasourceUid },
  hide: 0,
}

/** Refreshed with the time range: a host that was there an hour ago is in that hour's list. */
function queryVariable({ name, label, selector, values }: Variable): Written<VariableModel> {
  const query = `label_values(${selector}, ${values})`
  return {
    type: "query",
    name,
    label,
    datasource,
    query: { query, refId: "A" },
    definition: query,
    refresh: 2,
    sort: 7,
    multi: true,
    includeAll: true,
    allValue: ".+",
    current: { text: ["All"], value: ["$__all"] },
  }
}
