import type { Fleet } from "../core/fleet.ts"
import { growing, type Monitored, type Series, series, steady } from "../core/monitoring.ts"
import { leastBadEvents } from "./burn-rate.ts"
import { histogram, visitorsOf } from "./visitors.ts"

/** A failover, or a deploy of one task after another, fails fewer. */
export const mostFailingShare = 0.5

/** Seconds over which requests are counted. */
const windowSeconds = 300

/** PromQL: answers a second to visitors, and those that are server errors, by method and route. */
export function routeAnswers(fleet: Fleet, window: string): { failed: string; all: string } {
  const visitors = visitorsOf(fleet)
  const answered = (matchers: string) =>
    `sum by (method, route) (rate(${histogram}_count{${matchers}}[${window}]))`
  return { failed: answered(`${visitors},status_code=~"5.."`), all: answered(visitors) }
}

/**
 * One thing that visitors do fails for most of them. All answers together hide that: ten thousand orders a
 * day are one answer in 20,000, and no error budget notices when each of them fails.
 */
export function routeFails(fleet: Fleet): Monitored {
  const { failed, all } = routeAnswers(fleet, `${windowSeconds}s`)
  const orders = (route: string, failing: string, well: string): Series =>
    Object.fromEntries(
      Object.entries({ "503": failing, "201": well }).map(([status_code, values]) => [
        series(`${histogram}_count`, {
          job: "app",
          instance: "10.0.0.1:3000",
          method: "POST",
          route,
          status_code,
        }),
        values,
      ]),
    )
  return {
    scrapes: [],
    recordings: [],
    alerts: [
      {
        name: "RouteFails",
        severity: "critical",
        expression: `${failed} / ${all} > ${mostFailingShare} and ${failed} * ${windowSeconds} >= ${leastBadEvents}`,
        forSeconds: 60,
        summary:
          "{{ $value | humanizePercentage }} of {{ $labels.method }} {{ $labels.route }} fail",
        description:
          "Visitors who want that get a server error. Among all answers they may be so few that no error budget shows it.",
        tests: {
          fires: {
            when: "seven orders a minute all fail, among many answers",
            series: {
              ...orders("/orders", growing(7), steady(500)),
              ...orders("/", steady(0), growing(100_000)),
            },
            atMinutes: 10,
          },
          silent: {
            when: "a third fails, of another route one a minute",
            series: {
              ...orders("/orders", growing(50), growing(100)),
              ...orders("/reports", growing(1), steady(0)),
            },
            atMinutes: 30,
          },
          silentToo: [
            {
              when: "a failover of two minutes",
              series: orders("/orders", "0x9 10x0 20x4000", "0+10x9 90x1 100+10x4000"),
              atMinutes: 13,
            },
            {
              when: "only probes fail: they have alerts of their own",
              series: orders(fleet.app.healthPath, growing(60), steady(0)),
              atMinutes: 30,
            },
          ],
        },
      },
    ],
    // What the promise of latency has: more would count there as slow.
    healthy: {},
  }
}
