import type { DrillReport } from "../report.ts"
import type { DrillAlerts } from "./drill-alerts.ts"
import { explainedBy } from "./during-drill.ts"
import type { Fault } from "./fault.ts"
import { table } from "./page.ts"

const heading = "## Drills of the tiers"

export interface DrillMatrix {
  declared: Readonly<Record<string, DrillAlerts>>
  faults: readonly Fault[]
  /** The reports that there are, of any drill. */
  reports: readonly DrillReport[]
}

/** The page of the alert coverage with this section in place of the one it has; a page of its own without. */
export function withDrillMatrix(page: string, section: string): string {
  const [before = ""] = page.split(heading)
  const start = before.trim() === "" ? "# Alert coverage" : before.trim()
  return `${start}\n\n${section}`
}

/** Markdown: each drill, the alerts it has to fire, and what the latest report says of them. */
export function drillMatrix({ declared, faults, reports }: DrillMatrix): string {
  const rows = Object.entries(declared).map(([name, alerts]) => {
    const seen = reports.find((report) => report.name === name)?.alerts
    return [name, toldBy(alerts), alerts.why, ...results(alerts, faults, seen)]
  })
  return `${[
    heading,
    "`must`: the drill has to fire it. `longer in`: the drill is over before an alert fires, and these faults do the same for longer. Seconds are since the drill began; `on before`: it looks back on an earlier drill. All other alerts must not fire; `not looked`: there is no report here, or nobody watches that fleet.",
    table(["drill", "who tells", "why", "fired", "had to and did not", "false", "blind (s)"], rows),
  ].join("\n\n")}\n`
}

function toldBy({ must = [], coveredBy = [] }: DrillAlerts): string {
  const parts = [
    ...must.map((alert) => `must: ${alert}`),
    ...(coveredBy.length === 0 ? [] : [`longer in: ${coveredBy.join(", ")}`]),
  ]
  return parts.join("; ") || "nobody"
}

function results(
  alerts: DrillAlerts,
  faults: readonly Fault[],
  seen: DrillReport["alerts"],
): string[] {
  if (seen === undefined) return ["not looked", "-", "-", "-"]
  const explained = explainedBy(alerts, faults)
  const fired = seen.fired.map(({ alert, seconds }) => {
    const when = seconds === null ? "on before" : `${seconds} s`
    const kind = alerts.must?.includes(alert) ? "" : explained.includes(alert) ? "may, " : "other, "
    return `${alert} (${kind}${when})`
  })
  const bold = (names: string[]) => names.map((name) => `**${name}**`).join(", ") || "0"
  return [
    fired.join(", ") || "none",
    bold(seen.missing),
    bold(seen.unexplained),
    String(seen.blindSeconds),
  ]
}
