import type { Contributions } from "./component.ts"
import type { Dashboard } from "./dashboard.ts"

/** The dashboard that explains a component's alerts: its own, else the one of another that says so. */
export function explainingDashboards({
  monitored,
}: Pick<Contributions, "monitored">): Map<string, Dashboard> {
  const shown = monitored.flatMap(({ component, monitored: { dashboard } }) =>
    dashboard === undefined ? [] : [{ component, dashboard }],
  )
  const explained = shown.flatMap(({ dashboard }) =>
    (dashboard.explains ?? []).map((component) => ({ component, dashboard })),
  )
  return new Map([...explained, ...shown].map(({ component, dashboard }) => [component, dashboard]))
}

/** Where a dashboard is on the fleet's Grafana. */
export function dashboardAddress({ uid }: Pick<Dashboard, "uid">): string {
  return `/d/${uid}`
}
