import { join } from "node:path"
import { parse } from "yaml"
import { parseDurationSeconds } from "../../schema/quantity.ts"
import { Failure } from "../io/failure.ts"
import { list, readParsed } from "../io/files.ts"

/** A committed dashboard: of Grafana's JSON what is asked of Prometheus and drawn. */
export interface CommittedDashboard {
  uid: string
  title: string
  panels: (CommittedPanel | CommittedRow)[]
  templating: { list: CommittedVariable[] }
  annotations: { list: { name: string; expr: string }[] }
}

export interface CommittedRow {
  type: "row"
  title: string
  gridPos: Place
}

export interface CommittedPanel {
  type: "timeseries" | "stat"
  title: string
  gridPos: Place
  targets: { refId: string; expr: string; legendFormat: string }[]
  options: { textMode?: string }
  fieldConfig: {
    defaults: {
      unit: string
      max?: number
      /** What people read when there is no data: why that may be. */
      noValue?: string
      mappings: { options: Record<string, { text: string }> }[]
      thresholds: { steps: Step[] }
      custom?: { stacking?: { mode?: string } }
    }
  }
}

/** In columns and rows of Grafana's grid. */
export interface Place {
  x: number
  y: number
  w: number
  h: number
}

/** A colour from a value on; null is below all. */
export interface Step {
  value: number | null
  color: string
}

export interface CommittedVariable {
  type: string
  name: string
  /** `label_values(<selector>, <label>)`. */
  definition?: string
  allValue?: string
}

/** What an environment's commit would have Grafana show, and how often Prometheus scrapes. */
export interface CommittedDashboards {
  scrapeIntervalSeconds: number
  dashboards: CommittedDashboard[]
}

/** Reads `stacks/<env>/configs/grafana`. Throws a Failure when the environment has no dashboards. */
export function readDashboards(repository: string, environment: string): CommittedDashboards {
  const folder = join(repository, "stacks", environment, "configs", "grafana")
  const files = list(join(folder, "dashboards")).flatMap((inner) =>
    list(join(folder, "dashboards", inner)).map((name) => join(folder, "dashboards", inner, name)),
  )
  if (files.length === 0) {
    throw new Failure(
      `${environment} has no dashboards. Declare monitoring in environments/${environment}.yaml and run: npx quickcart render ${environment}`,
    )
  }
  const remedy = `Render it again: npx quickcart render ${environment}`
  const { datasources } = readParsed<{ datasources: { jsonData: { timeInterval: string } }[] }>(
    join(folder, "provisioning", "datasources", "prometheus.yaml"),
    (text) => parse(text),
    remedy,
  )
  return {
    scrapeIntervalSeconds: parseDurationSeconds(datasources[0]?.jsonData.timeInterval ?? "15s"),
    dashboards: files.map((file) => readParsed(file, (text) => JSON.parse(text), remedy)),
  }
}
