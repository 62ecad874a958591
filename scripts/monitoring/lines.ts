import {
  budgetWindowDays,
  type EtcdState,
  type MonitoringHealth,
  type ShownAlert,
  type SloState,
} from "./health.ts"

/** More alerts than this have one cause, and the screen is for the others too. */
const mostAlerts = 10

/** Monitoring for a terminal: a line for each promise, then the alerts; null in a fleet without. */
export function monitoringLines(health: MonitoringHealth | null): string[] {
  if (health === null) return ["monitoring: none in this environment"]
  const { slos, budgetDays, etcd, faults } = health
  return [
    ...(faults.length === 0 ? [] : [`monitoring FAULT: ${faults.join("; ")}`]),
    ...slos.map((slo) => sloLine(slo, budgetDays)),
    ...(etcd === null ? [] : [etcdLine(etcd)]),
    ...alertLines(health),
  ]
}

function sloLine({ name, objective, budgetLeft, burnRate }: SloState, days: number | null): string {
  const left = budgetLeft === null ? "unknown" : percent(budgetLeft)
  const span =
    days === null || days >= budgetWindowDays ? "" : ` (of the ${decimal(days)} days with metrics)`
  const pace =
    burnRate === null
      ? "nobody asks for anything now"
      : `burning at ${decimal(burnRate)} times the allowed pace`
  return `SLO ${name}: ${percent(objective)} over ${budgetWindowDays} days, error budget left ${left}${span}, ${pace}`
}

function etcdLine({ members, following }: EtcdState): string {
  const lost = following > members / 2 ? "" : ": NO QUORUM"
  return `etcd: ${following} of ${members} members follow a leader${lost}`
}

function alertLines({ alerts, suppressed, heardOf, faults }: MonitoringHealth): string[] {
  const held = suppressed === 0 ? "" : `, ${suppressed} suppressed`
  if (alerts.length === 0) {
    // Without an answer there may be any.
    if (faults.length > 0) return []
    return heardOf
      ? [`alerts: none firing${held}`]
      : ["alerts: unknown, Prometheus has not told Alertmanager of any yet"]
  }
  const more = alerts.length - mostAlerts
  return [
    `alerts: ${alerts.length} firing${held}`,
    ...alerts.slice(0, mostAlerts).map(alertLine),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}

function alertLine({ name, severity, since, summary }: ShownAlert): string {
  const minute = since.replace("T", " ").slice(0, "2026-01-31 12:00".length)
  return `  ${severity} ${name} since ${minute} UTC: ${summary}`
}

/** To two decimals: an objective of 99.95% is not one of 100%. */
function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`
}

function decimal(value: number): string {
  return String(Math.round(value * 10) / 10)
}
