import { type Alert, type Inhibition, inhibitionsOf } from "../core/monitoring.ts"

/** Which alerts say nothing new while another fires, as the alerts themselves declare. */
export function inhibitRules(alerts: readonly Alert[]) {
  return alerts.flatMap((alert) => inhibitionsOf(alert).map((held) => rule(alert, held)))
}

function rule({ name }: Alert, { alerts: targets, equal }: Inhibition) {
  // Alertmanager takes a label that both sides lack for equal, so both have to have it.
  const present = equal.map((label) => `${label}=~".+"`)
  const target =
    targets === "all others" ? `alertname!="${name}"` : `alertname=~"${targets.join("|")}"`
  return {
    source_matchers: [`alertname="${name}"`, ...present],
    target_matchers: [target, ...present],
    equal: ["cluster", ...equal],
  }
}
