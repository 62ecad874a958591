import type { Host } from "../core/fleet.ts"
import {
  growing,
  type Monitored,
  type Scrape,
  type StaticTarget,
  series,
  steady,
} from "../core/monitoring.ts"
import { hostTarget, instancesOf, targetDown, upSeries } from "../core/target-alerts.ts"
import { alertmanagerPort, prometheusPort } from "./ports.ts"
import { watchdog } from "./rule-tests.ts"

/** Prometheus about itself, and about whether its alerts arrive. */
export function prometheusMonitoring(host: Host): Monitored {
  const prometheus: Scrape = {
    job: "prometheus",
    // Inside its own container: the way out and back in depends on Docker's proxy.
    targets: [{ ...hostTarget(host, prometheusPort), address: `127.0.0.1:${prometheusPort}` }],
  }
  const alertmanager: Scrape & { targets: StaticTarget[] } = {
    job: "alertmanager",
    targets: [hostTarget(host, alertmanagerPort)],
  }
  const [own = {}] = instancesOf(prometheus)
  const [other = {}] = instancesOf(alertmanager)
  const failures = series("prometheus_rule_evaluation_failures_total", own)
  const failed = series("alertmanager_notifications_failed_total", {
    ...other,
    integration: "slack",
  })
  return {
    scrapes: [prometheus, alertmanager],
    recordings: [],
    alerts: [
      {
        name: watchdog,
        severity: "info",
        expression: "vector(1)",
        forSeconds: 0,
        summary: "Monitoring works",
        description: "Fires always: whoever stops hearing of it knows that nobody would be told.",
        tests: {
          fires: { when: "always", series: {}, atMinutes: 1 },
          silent: null,
        },
      },
      targetDown(alertmanager, {
        name: "AlertmanagerDown",
        severity: "critical",
        summary: "Alertmanager does not answer",
        description: "Alerts fire and nobody is told. The dead man's switch will say so.",
      }),
      {
        name: "RulesFail",
        severity: "warning",
        expression: "sum(increase(prometheus_rule_evaluation_failures_total[15m])) > 0",
        forSeconds: 0,
        summary: "Rules cannot be evaluated",
        description: "An alert that cannot be evaluated never fires.",
        tests: {
          fires: { when: "each look fails", series: { [failures]: growing(4) }, atMinutes: 20 },
          silent: { when: "none fails", series: { [failures]: steady(7) }, atMinutes: 20 },
        },
      },
      {
        name: "NotificationsFail",
        // What goes to one way only would tell of its loss that way.
        severity: "critical",
        expression:
          "sum by (integration) (increase(alertmanager_notifications_failed_total[15m])) > 0",
        forSeconds: 300,
        summary: "Notifications by {{ $labels.integration }} fail",
        description: "Who relies on it is not told of alerts.",
        tests: {
          fires: { when: "all fail", series: { [failed]: growing(1) }, atMinutes: 20 },
          silent: { when: "none fails", series: { [failed]: steady(7) }, atMinutes: 20 },
        },
      },
    ],
    healthy: {
      ...upSeries(prometheus),
      ...upSeries(alertmanager),
      [failures]: steady(0),
      [failed]: steady(0),
    },
  }
}
