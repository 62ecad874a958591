import type { Alert } from "../core/monitoring.ts"

/** Which alerts say nothing new while another fires, as the alerts themselves declare. */
export function inhibitRules(alerts: readonly Alert[]) {
  return alerts.flatMap(({ name, inhibits }) => {
    if (inhibits === undefined) return []
    const { alerts: targets, equal } = inhibits
    // Alertmanager takes a label that both sides lack for equal, so both have to have it.
    const present = equal.map((label) => `${label}=~".+"`)
    const target =
      targets === "all others" ? `alertname!="${name}"` : `alertname=~"${targets.join("|")}"`
    return [
      {
        source_matchers: [`alertname="${name}"`, ...present],
        target_matchers: [target, ...present],
        equal: ["cluster", ...equal],
      },
    ]
  })
}
