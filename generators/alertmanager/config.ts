import type { Contributions } from "../core/component.ts"
import type { Fleet, Monitoring } from "../core/fleet.ts"
import { generatedHeader, stringifyYaml } from "../core/yaml.ts"
import { watchdog } from "../prometheus/rule-tests.ts"
import { inhibitRules } from "./inhibition.ts"
import { type Receiver, receivers } from "./receivers.ts"

/** alertmanager.yml: who is told what, and what is not worth telling. */
export function alertmanagerConfig(
  fleet: Fleet,
  monitoring: Monitoring,
  all: Contributions,
): string {
  const config = {
    global: { resolve_timeout: "5m" },
    route: routes(),
    receivers: receivers(monitoring),
    inhibit_rules: inhibitRules(all.monitored.flatMap(({ monitored }) => monitored.alerts)),
  }
  return `${generatedHeader(fleet.source)}\n${stringifyYaml(config)}`
}

/** An alert of a severity that nobody thought of is told like the worst. */
function routes() {
  const route = (receiver: Receiver, matcher: string, timing: object) => ({
    receiver,
    matchers: [matcher],
    ...timing,
  })
  return {
    receiver: "page" satisfies Receiver,
    group_by: ["cluster", "alertname"],
    // Long enough for what has one cause to arrive together, and to be inhibited.
    group_wait: "10s",
    group_interval: "5m",
    repeat_interval: "4h",
    routes: [
      route("heartbeat", `alertname="${watchdog}"`, {
        group_wait: "0s",
        group_interval: "1m",
        repeat_interval: "1m",
      }),
      route("page", 'severity="critical"', { repeat_interval: "1h" }),
      route("ticket", 'severity="warning"', { repeat_interval: "1d" }),
      route("nobody", 'severity="info"', {}),
    ],
  }
}
