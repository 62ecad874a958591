import type { Fleet, Monitoring } from "../core/fleet.ts"
import { type Alert, formatPromDuration, type Monitored } from "../core/monitoring.ts"
import { generatedHeader, stringifyYaml } from "../core/yaml.ts"

/** The rules of one component, as Prometheus reads them. */
export function ruleFile(
  fleet: Fleet,
  monitoring: Monitoring,
  component: string,
  { recordings, alerts }: Monitored,
): string {
  const rules = [
    ...recordings.map(({ name, expression }) => ({ record: name, expr: expression })),
    ...alerts.map((alert) => alertRule(alert, component, monitoring.runbooks)),
  ]
  const groups = [{ name: component, rules }]
  return `${generatedHeader(fleet.source)}\n${stringifyYaml({ groups })}`
}

function alertRule(alert: Alert, component: string, runbooks: string) {
  const { name, severity, expression, forSeconds, keepFiringSeconds, summary, description } = alert
  return {
    alert: name,
    expr: expression,
    ...(forSeconds === 0 ? {} : { for: formatPromDuration(forSeconds) }),
    ...(keepFiringSeconds === undefined
      ? {}
      : { keep_firing_for: formatPromDuration(keepFiringSeconds) }),
    labels: { severity, component },
    annotations: { summary, description, runbook_url: `${runbooks}/${name}.md` },
  }
}
