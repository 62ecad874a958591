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
    route: routes(monitoring),
    receivers: receivers(monitoring),
    inhibit_rules: inhibitRules(all.monitored.flatMap(({ monitored }) => monitored.alerts)),
  }
  return `${generatedHeader(fleet.source)}\n${stringifyYaml(config)}`
}

/** How often the service outside is told that all is well. */
const heartbeatSeconds = 60

/** A page waits no longer for what has the same cause. */
const pageWaitSeconds = 10

/**
 * How long a ticket waits for the page that explains it. Both are noticed at the same
 * rules' pace, but their targets are scraped and their rules evaluated at different
 * moments: up to a scrape and an evaluation apart, which have the same interval.
 */
function ticketWaitSeconds({ scrapeIntervalSeconds }: Monitoring): number {
  return 2 * scrapeIntervalSeconds + pageWaitSeconds
}

/** An alert of a severity that nobody thought of is told like the worst. */
function routes(monitoring: Monitoring) {
  const route = (receiver: Receiver, matcher: string, timing: object) => ({
    receiver,
    matchers: [matcher],
    ...timing,
  })
  return {
    receiver: "page" satisfies Receiver,
    group_by: ["cluster", "alertname"],
    group_wait: `${pageWaitSeconds}s`,
    group_interval: "5m",
    repeat_interval: "4h",
    routes: [
      route("heartbeat", `alertname="${watchdog}"`, {
        group_wait: "0s",
        group_interval: `${heartbeatSeconds}s`,
        // Shorter: of two equal spans the second is not over yet, and only every other one tells.
        repeat_interval: `${heartbeatSeconds - 10}s`,
      }),
      route("page", 'severity="critical"', { repeat_interval: "1h" }),
      route("ticket", 'severity="warning"', {
        group_wait: `${ticketWaitSeconds(monitoring)}s`,
        repeat_interval: "1d",
      }),
      route("nobody", 'severity="info"', {}),
    ],
  }
}
