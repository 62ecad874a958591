import { type Alert, formatPromDuration, type Recording, type Series } from "../core/monitoring.ts"

const hour = 3600
/** Days over which a promise is kept. */
export const periodDays = 30
const periodSeconds = periodDays * 24 * hour

/** Windows that are recorded and shown, in seconds. */
export const burnWindows = { "5m": 300, "1h": hour, "6h": 6 * hour, "3d": 72 * hour }
export type BurnWindow = keyof typeof burnWindows

/**
 * Windows of sloth's `google-30d` (Google's SRE workbook, chapter 5): an alert
 * fires while both windows burn the budget so fast that the long one has spent
 * this share of the 30 days' budget; the short one ends it soon after the fault.
 */
const windows = {
  page: [
    { longSeconds: hour, shortSeconds: 300, budgetShare: 0.02 },
    { longSeconds: 6 * hour, shortSeconds: 1800, budgetShare: 0.05 },
  ],
  ticket: [
    { longSeconds: 24 * hour, shortSeconds: 2 * hour, budgetShare: 0.1 },
    { longSeconds: 72 * hour, shortSeconds: 6 * hour, budgetShare: 0.1 },
  ],
}

/**
 * Fewer bad events than this in the short window of a pair are chance, not a burn: at one
 * request a minute a single 503 would page. Each pair has its own: what is few in five minutes
 * is many in half an hour, and the slower burn has to be seen then.
 */
export const leastBadEvents = 10

/** One promise over 30 days. */
export interface Slo {
  /** Prefix of its recorded series, e.g. `shop:availability`. */
  name: string
  /** Share of good events, 0..1. */
  objective: number
  /** Metric selectors of the counters; `bad` and `total` of the same kind. */
  bad(window: string): string
  total(window: string): string
}

/** The share of bad events in every window that the alerts look at. */
export function burnRecordings(slo: Slo): Recording[] {
  const seconds = [...windows.page, ...windows.ticket].flatMap((each) => [
    each.shortSeconds,
    each.longSeconds,
  ])
  return [...new Set(seconds)]
    .sort((a, b) => a - b)
    .map((window) => {
      const text = formatPromDuration(window)
      return {
        name: recorded(slo, window),
        expression: `${slo.bad(text)} / (${slo.total(text)} > 0)`,
      }
    })
}

/**
 * The promise itself, what is left of its error budget over 30 days and how many times
 * faster than allowed it goes now: read by `quickcart status`, by apply's guard and by
 * dashboards. Weighted by traffic: ten errors of a quiet night are ten, not an outage.
 * `quarter` are series in which a quarter of the events that the budget allows is bad.
 */
export function budgetRecordings(slo: Slo, quarter: Series): Recording[] {
  const { name, objective } = slo
  const now = burnWindows["5m"]
  const window = formatPromDuration(now)
  const period = formatPromDuration(periodSeconds)
  const budget = round(1 - objective)
  const [bad, total] = [`${name}:bad_rate${window}`, `${name}:total_rate${window}`]
  const spent = `sum_over_time(${bad}[${period}]) / (sum_over_time(${total}[${period}]) > 0)`
  const test = { when: "a quarter of the budget goes", series: quarter, atMinutes: 60 }
  return [
    { name: `${name}:objective`, expression: `vector(${objective})` },
    { name: bad, expression: slo.bad(window) },
    { name: total, expression: slo.total(window) },
    {
      name: `${name}:burn_rate${window}`,
      expression: `${recorded(slo, now)} / ${budget}`,
      test: { ...test, value: 0.25 },
    },
    {
      name: `${name}:error_budget_left${period}`,
      expression: `1 - ${spent} / ${budget}`,
      test: { ...test, value: 0.75 },
    },
  ]
}

/** The condition of the alert that pages, or of the one that makes a ticket. */
export function burnExpression(slo: Slo, kind: keyof typeof windows): string {
  const budget = 1 - slo.objective
  const either = windows[kind].map(({ longSeconds, shortSeconds, budgetShare }) => {
    const limit = burnFactor(longSeconds, budgetShare) * budget
    const over = (window: number) => `${recorded(slo, window)} > ${round(limit)}`
    const events = `${slo.bad(formatPromDuration(shortSeconds))} * ${shortSeconds}`
    return `(${over(longSeconds)} and ${over(shortSeconds)} and ${events} >= ${leastBadEvents})`
  })
  return either.join(" or ")
}

/** How many times faster than allowed the budget goes when the window spends this share of it. */
function burnFactor(windowSeconds: number, budgetShare: number): number {
  return (budgetShare * periodSeconds) / windowSeconds
}

/** Name of the recorded share of bad events in the last `window` seconds. */
export function recorded({ name }: Pick<Slo, "name">, window: number): string {
  return `${name}:bad_ratio_rate${formatPromDuration(window)}`
}

/** Without the dust of floating point: 14.4 x 0.001 is 0.0144. */
function round(value: number): number {
  return Math.round(value * 1e9) / 1e9
}

/** Severity by how fast the budget goes. */
export const severityOf = { page: "critical", ticket: "warning" } as const satisfies Record<
  keyof typeof windows,
  Alert["severity"]
>
