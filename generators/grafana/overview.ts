import { latency } from "../app/dashboard.ts"
import type { Contributions } from "../core/component.ts"
import {
  type Dashboard,
  graph,
  number,
  type Panel,
  type Step,
  upOrDown,
} from "../core/dashboard.ts"
import type { Fleet } from "../core/fleet.ts"
import { answers, errorShare, requestsByBalancer } from "../haproxy/dashboard.ts"
import { availabilityOfTheHour } from "../slo/dashboard.ts"

const firing = 'ALERTS{alertstate="firing"'

/** As early as `quickcart status` warns, and when it is nearly too late, in days. */
const certificateSteps: readonly Step[] = [
  { from: null, colour: "red" },
  { from: 7, colour: "yellow" },
  { from: 21, colour: "green" },
]

/** What to open first. */
export function overview(fleet: Fleet, all: Contributions): Dashboard {
  return {
    uid: "quickcart-overview",
    title: "Overview",
    description: "Is the shop well? Which tier is not?",
    rows: [
      {
        title: "Is the shop well?",
        panels: [
          number(
            {
              title: "The shop",
              description: "Whether any load balancer gets an answer at the floating IP.",
              unit: "short",
              words: upOrDown,
              steps: [
                { from: null, colour: "red" },
                { from: 1, colour: "green" },
              ],
              leadsTo: "quickcart-edge",
            },
            ['max(probe_success{job="shop-probe"}) or vector(0)', "shop"],
          ),
          availabilityOfTheHour(fleet),
          number(
            {
              title: "Alerts",
              description:
                "Pages: visitors notice, or the next fault is an outage. Tickets: for working hours.",
              unit: "short",
              steps: [
                { from: null, colour: "green" },
                { from: 1, colour: "red" },
              ],
            },
            [`count(${firing},severity="critical"}) or vector(0)`, "pages"],
            [`count(${firing},severity="warning"}) or vector(0)`, "tickets"],
          ),
          number(
            {
              title: "Certificate",
              description: "Days until the shop's certificate expires.",
              unit: "d",
              steps: certificateSteps,
            },
            ['(min(probe_ssl_earliest_cert_expiry{job="shop-probe"}) - time()) / 86400', "left"],
          ),
        ],
      },
      { title: "Which tier is not?", panels: tiers(all) },
      {
        title: "What fires",
        panels: [
          graph(
            {
              title: "Alerts that fire",
              description: "Each has a runbook of its name.",
              unit: "short",
              mayBeEmpty: "Nothing fires",
              wide: true,
            },
            [
              `sum by (alertname, severity) (${firing},severity=~"critical|warning"})`,
              "{{alertname}} ({{severity}})",
            ],
          ),
        ],
      },
      {
        title: "Visitors",
        panels: [requestsByBalancer(fleet), answers(), errorShare(fleet), latency(fleet)],
      },
    ],
    series: {},
  }
}

/** A tile for each part of the fleet that has alerts, leading to its dashboard. */
function tiers({ monitored }: Contributions): Panel[] {
  const dashboards = monitored.flatMap(({ component, monitored: { dashboard } }) =>
    dashboard === undefined
      ? []
      : [
          {
            title: dashboard.title,
            leadsTo: dashboard.uid,
            of: [component, ...(dashboard.explains ?? [])],
          },
        ],
  )
  const explained = new Set(dashboards.flatMap(({ of }) => of))
  const others = monitored
    .filter(
      ({ component, monitored: { alerts } }) => alerts.length > 0 && !explained.has(component),
    )
    .map(({ component }) => ({ title: component, of: [component] }))
  return [...dashboards, ...others].map(({ title, of, ...more }) => ({
    ...tile(title, of),
    ...more,
  }))
}

function tile(title: string, components: string[]): Panel {
  const worst = (severity: string) =>
    `max(${firing},severity="${severity}",component=~"${components.join("|")}"})`
  return number(
    {
      title,
      description: `The worst alert that fires of ${components.join(", ")}.`,
      unit: "short",
      words: { 0: "well", 1: "ticket", 2: "PAGE" },
      steps: [
        { from: null, colour: "green" },
        { from: 1, colour: "yellow" },
        { from: 2, colour: "red" },
      ],
    },
    [`2 * ${worst("critical")} or ${worst("warning")} or vector(0)`, "worst"],
  )
}
