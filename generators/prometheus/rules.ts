import type { Dashboard } from "../core/dashboard.ts"
import { dashboardAddress } from "../core/explaining-dashboards.ts"
import type { Fleet, Monitoring } from "../core/fleet.ts"
import { type Alert, formatPromDuration, type Monitored } from "../core/monitoring.ts"
import { generatedHeader, stringifyYaml } from "../core/yaml.ts"

/** The rules of one component, as Prometheus reads them; `dashboard` explains its alerts. */
export function ruleFile(
  fleet: Fleet,
  monitoring: Monitoring,
  component: string,
  { recordings, alerts }: Monitored,
  dashboard?: Dashboard,
): string {
  const links = (name: string) => ({
    runbook_url: `${monitoring.runbooks}/${name}.md`,
    // Grafana has no address outside the fleet: behind whichever one it is reached by.
    ...(dashboard === undefined ? {} : { dashboard_url: dashboardAddress(dashboard) }),
  })
  const rules = [
    ...recordings.map(({ name, expression }) => ({ record: name, expr: expression })),
    ...alerts.map((alert) => alertRule(alert, component, links(alert.name))),
  ]
  const groups = [{ name: component, rules }]
  return `${generatedHeader(fleet.source)}\n${stringifyYaml({ groups })}`
}

function alertRule(alert: Alert, component: string, links: Record<string, string>) {
  const { name, severity, expression, forSeconds, keepFiringSeconds, summary, description } = alert
  return {
    alert: name,
    expr: expression,
    ...(forSeconds === 0 ? {} : { for: formatPromDuration(forSeconds) }),
    ...(keepFiringSeconds === undefined
      ? {}
      : { keep_firing_for: formatPromDuration(keepFiringSeconds) }),
    labels: { severity, component },
    annotations: { summary, description, ...links },
  }
}
