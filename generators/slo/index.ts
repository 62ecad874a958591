import { type Component, contribution } from "../core/component.ts"
import type { Fleet } from "../core/fleet.ts"
import {
  type Alert,
  growing,
  type Monitored,
  type Recording,
  type Series,
  series,
  steady,
} from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import { hostTarget, instancesOf } from "../core/target-alerts.ts"
import { frontendResponses } from "../haproxy/monitoring.ts"
import { metricsPort } from "../haproxy/ports.ts"
import {
  budgetRecordings,
  burnExpression,
  burnRecordings,
  type Slo,
  severityOf,
} from "./burn-rate.ts"
import { sloDashboard } from "./dashboard.ts"
import { routeFails } from "./route-fails.ts"
import { histogram, probeRoutes, visitorsOf } from "./visitors.ts"

/** What the spec promises visitors, as alerts on how fast the error budget goes. */
export const slo: Component = {
  name: "slo",
  contribute: (fleet) =>
    contribution({
      monitored: {
        ...together([availabilityMonitored(fleet), routeFails(fleet), ...latencyMonitored(fleet)]),
        dashboard: sloDashboard(fleet),
      },
    }),
}

function together(parts: Monitored[]): Monitored {
  return {
    scrapes: [],
    recordings: parts.flatMap((part) => part.recordings),
    alerts: parts.flatMap((part) => part.alerts),
    healthy: Object.assign({}, ...parts.map((part) => part.healthy)),
  }
}

const answers = "haproxy_frontend_http_responses_total"

function availabilityMonitored(fleet: Fleet): Monitored {
  const promise: Slo = {
    name: "shop:availability",
    objective: fleet.objectives.availability,
    bad: (window) => `sum(rate(${answers}{proxy="shop",code="5xx"}[${window}]))`,
    total: (window) => `sum(rate(${answers}{proxy="shop"}[${window}]))`,
  }
  const balancers = instancesOf({
    job: "haproxy",
    targets: hostsOf(fleet, "loadBalancer").map((host) => hostTarget(host, metricsPort)),
  })
  return {
    scrapes: [],
    recordings: recordings(promise, (bad, good) => failing(balancers, bad, good)),
    alerts: [
      ...burnAlerts({
        promise,
        name: "Availability",
        what: "answers of the shop were server errors",
        mixed: (badPerMinute, goodPerMinute) => failing(balancers, badPerMinute, goodPerMinute),
      }),
      {
        name: "AvailabilityUnknown",
        severity: "critical",
        expression: `absent(${answers}{proxy="shop"})`,
        forSeconds: 120,
        summary: "Nothing is known about the shop's answers",
        description:
          "Without the load balancers' metrics no error is seen: they may be gone, or only Prometheus blind.",
        tests: {
          fires: {
            when: "the metrics of all load balancers vanished",
            series: vanished(balancers),
            atMinutes: 5,
          },
          silent: {
            when: "those of one vanished",
            series: vanished(balancers.slice(1)),
            atMinutes: 5,
          },
        },
      },
    ],
    healthy: {},
  }
}

/** Probes in the tests: so many that counting them would turn every verdict. */
const probesPerMinute = 60_000

function latencyMonitored(fleet: Fleet): Monitored[] {
  const { latency } = fleet.objectives
  if (latency === null) return []
  const probes = probeRoutes(fleet)
  const visitors = visitorsOf(fleet)
  const bucket = `le="${latency.thresholdSeconds}"`
  const promise: Slo = {
    name: "shop:latency",
    objective: latency.share,
    bad: (window) =>
      `(sum(rate(${histogram}_count{${visitors}}[${window}])) - sum(rate(${histogram}_bucket{${visitors},${bucket}}[${window}])))`,
    total: (window) => `sum(rate(${histogram}_count{${visitors}}[${window}]))`,
  }
  const labels = (route: string) => ({
    job: "app",
    instance: "10.0.0.1:3000",
    method: "GET",
    route,
    status_code: "200",
  })
  const within = (route: string) =>
    series(`${histogram}_bucket`, { ...labels(route), le: String(latency.thresholdSeconds) })
  const answered = (route: string, slowPerMinute: number, fastPerMinute: number): Series => ({
    [within(route)]: growing(fastPerMinute),
    [series(`${histogram}_count`, labels(route))]: growing(slowPerMinute + fastPerMinute),
  })
  const counted = (slowPerMinute: number, fastPerMinute: number): Series =>
    Object.assign(
      answered("/", slowPerMinute, fastPerMinute),
      ...probes.map((route) => answered(route, 0, probesPerMinute)),
    )
  const unmeasured = (routes: string[]): Series =>
    Object.fromEntries(
      routes.flatMap((route) => Object.keys(answered(route, 0, 0)).map((each) => [each, null])),
    )
  return [
    {
      scrapes: [],
      recordings: recordings(promise, counted),
      alerts: [
        ...burnAlerts({
          promise,
          name: "Latency",
          what: `answers of the shop took longer than ${latency.thresholdSeconds} s`,
          mixed: counted,
        }),
        {
          name: "LatencyUnknown",
          severity: "warning",
          // A fleet that no visitor has asked yet has probes to show, and nothing to tell.
          expression: `absent(${histogram}_bucket{${visitors},${bucket}}) and on() (count(${histogram}_count{${visitors}}) > 0 or absent(${histogram}_count{job="app"}))`,
          forSeconds: 600,
          summary: "Nothing is known about how fast the shop answers",
          description: `The app shows no bucket ${bucket} of ${histogram} for visitors, or no such histogram at all; objectives.latency.threshold has to be one of its buckets.`,
          tests: {
            fires: {
              when: "visitors' answers have no such bucket",
              series: { [within("/")]: null },
              atMinutes: 12,
            },
            firesToo: [
              {
                when: "the app measures nothing",
                series: unmeasured(["/", ...probes]),
                atMinutes: 12,
              },
            ],
            silent: {
              when: "no visitor has asked yet",
              series: unmeasured(["/"]),
              atMinutes: 30,
            },
          },
        },
      ],
      healthy: counted(0, 600),
    },
  ]
}

/** Series in which so many events a minute are bad and good. */
type Mixed = (badPerMinute: number, goodPerMinute: number) => Series

/** 600 events a minute, of which the budget times `factor` are bad. */
function burning({ objective }: Slo, mixed: Mixed, factor: number): Series {
  const bad = Math.min(600, 600 * (1 - objective) * factor)
  return mixed(bad, 600 - bad)
}

function recordings(promise: Slo, mixed: Mixed): Recording[] {
  return [...burnRecordings(promise), ...budgetRecordings(promise, burning(promise, mixed, 0.25))]
}

interface Burn {
  promise: Slo
  name: string
  /** What a bad event is, in words after a percentage. */
  what: string
  mixed: Mixed
}

function burnAlerts({ promise, name, what, mixed }: Burn): Alert[] {
  const description = (pace: string) =>
    `The objective is ${promise.objective * 100}% over 30 days; ${pace}.`
  return [
    {
      name: `${name}BurnsFast`,
      severity: severityOf.page,
      expression: burnExpression(promise, "page"),
      forSeconds: 0,
      summary: `{{ $value | humanizePercentage }} of the ${what}`,
      description: description("at this pace the error budget is gone within days"),
      inhibits: { alerts: [`${name}BurnsSlowly`], equal: [] },
      tests: {
        fires: {
          when: "the budget goes 20 times too fast",
          series: burning(promise, mixed, 20),
          atMinutes: 70,
        },
        firesToo: [
          {
            when: "one of three events is bad: few in five minutes, many in half an hour",
            series: mixed(1, 2),
            atMinutes: 70,
          },
        ],
        silent: {
          when: "one of three events is bad, but there are few",
          series: mixed(0.2, 0.4),
          atMinutes: 70,
        },
      },
    },
    {
      name: `${name}BurnsSlowly`,
      severity: severityOf.ticket,
      expression: burnExpression(promise, "ticket"),
      forSeconds: 0,
      summary: `{{ $value | humanizePercentage }} of the ${what}`,
      description: description("at this pace the error budget does not last"),
      tests: {
        fires: {
          when: "the budget goes four times too fast for a day",
          series: burning(promise, mixed, 4),
          atMinutes: 1500,
        },
        silent: {
          when: "the budget goes just as fast as allowed",
          series: burning(promise, mixed, 0.9),
          atMinutes: 1500,
        },
        silentToo: [
          {
            when: "one of three events is bad, but there are few",
            series: mixed(0.02, 0.04),
            atMinutes: 200,
          },
        ],
      },
    },
  ]
}

function failing(balancers: Record<string, string>[], bad: number, good: number): Series {
  const [owner = {}] = balancers
  return {
    ...vanished(balancers.slice(1)),
    [frontendResponses(owner, "2xx")]: growing(good),
    [frontendResponses(owner, "4xx")]: steady(0),
    [frontendResponses(owner, "5xx")]: growing(bad),
  }
}

function vanished(balancers: Record<string, string>[]): Series {
  return Object.fromEntries(
    balancers.flatMap((labels) =>
      ["2xx", "4xx", "5xx"].map((code) => [frontendResponses(labels, code), null]),
    ),
  )
}
