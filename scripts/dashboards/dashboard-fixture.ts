import type { MonitoringAccess } from "../monitoring/access.ts"
import type { CommittedDashboard, CommittedPanel } from "./committed.ts"

/** A graph with one query; fresh on every call. */
export function panelFixture(changes: Partial<CommittedPanel> = {}): CommittedPanel {
  return {
    type: "timeseries",
    title: "Requests",
    gridPos: { x: 0, y: 1, w: 12, h: 8 },
    targets: [{ refId: "A", expr: "rate(hits[$__rate_interval])", legendFormat: "{{node}}: hits" }],
    options: {},
    fieldConfig: {
      defaults: { unit: "reqps", mappings: [], thresholds: { steps: [] } },
    },
    ...changes,
  }
}

/** A dashboard with these panels and one list of hosts. */
export function dashboardFixture(...panels: CommittedPanel[]): CommittedDashboard {
  return {
    uid: "quickcart-edge",
    title: "Load balancers",
    panels: [{ type: "row", title: "Visitors", gridPos: { x: 0, y: 0, w: 24, h: 1 } }, ...panels],
    templating: {
      list: [
        { type: "datasource", name: "datasource" },
        {
          type: "query",
          name: "node",
          definition: 'label_values(up{job="node"}, node)',
          allValue: ".+",
        },
      ],
    },
    annotations: { list: [{ name: "Deployments", expr: "time() - deployed < 60" }] },
  }
}

/** What the fake Prometheus was asked, and its answers by query; others have none. */
export function prometheusFixture(answers: Record<string, unknown>) {
  const asked: { path: string; parameters: Record<string, string> }[] = []
  const refuse = () => {
    throw new Error("not asked in this test")
  }
  const access: MonitoringAccess = {
    prometheus: async (path, parameters = {}) => {
      asked.push({ path, parameters })
      const answer = answers[parameters.query ?? path]
      if (answer instanceof Error) throw answer
      return (answer ?? { result: [] }) as never
    },
    query: async (expression) => {
      asked.push({ path: "query", parameters: { query: expression } })
      return []
    },
    firing: refuse,
    alertmanager: refuse,
    silence: refuse,
    expireSilence: refuse,
  }
  return { access, asked }
}
