import { sortedEntries } from "./canonical.ts"
import type { Dashboard } from "./dashboard.ts"
import { formatDuration } from "./duration.ts"

/** What a component wants to have watched; Prometheus and Alertmanager fold those of all. */
export interface Monitored {
  scrapes: Scrape[]
  recordings: Recording[]
  alerts: Alert[]
  /**
   * The series its expressions read while all is well. Each test of an alert
   * changes some of them; a test over those of all components demands silence.
   */
  healthy: Series
  /** What people look at to see how it is. */
  dashboard?: Dashboard
}

/** Where metrics of one kind are fetched. */
export interface Scrape {
  /** Label `job` of its series. */
  job: string
  targets: StaticTarget[] | TaskDiscovery
  /** Default `/metrics`. */
  path?: string
  /** Query parameters, e.g. the module of a prober. */
  parameters?: Record<string, string[]>
  /** HTTPS, with a certificate of the fleet's own authority. */
  tls?: boolean
  /** Seconds between two scrapes; default is the spec's. */
  intervalSeconds?: number
  /** Names of the metrics that are stored, a regular expression; default is all. */
  keep?: string
}

/** A target whose address follows from the spec: it stays `up == 0` when it is dead. */
export interface StaticTarget {
  /** `host:port`. */
  address: string
  /** Labels of its series, e.g. `node`. */
  labels: Record<string, string>
  /** Query parameter `target` of a prober, and label `instance` in place of its address. */
  probes?: string
}

/** The tasks of a service on an overlay: dead ones vanish, so an alert has to count them. */
export interface TaskDiscovery {
  /** Short name of the service. */
  service: string
  port: number
}

/** A series computed ahead, named `level:metric:operations`. */
export interface Recording {
  name: string
  expression: string
  /** For arithmetic that only PromQL can prove. */
  test?: RecordingTest
}

/** One case for promtool: the healthy series with some changed, and what is recorded then. */
export interface RecordingTest {
  when: string
  series: Series
  atMinutes: number
  /** To six decimals: rates are floating point. */
  value: number
}

/**
 * `critical` wakes somebody, `warning` is a ticket for the working day, `info`
 * is shown and tells nobody.
 */
export type Severity = "critical" | "warning" | "info"

export interface Alert {
  /** PascalCase, unique in the fleet; its runbook is `docs/runbooks/<name>.md`. */
  name: string
  severity: Severity
  expression: string
  /** How long the expression has to hold, in seconds; 0 fires at once. */
  forSeconds: number
  /** How long it goes on firing after the expression ended, in seconds. */
  keepFiringSeconds?: number
  /** One line: what is wrong, with the labels that say where. */
  summary: string
  /** What that means, and for whom. */
  description: string
  /** Alerts that say nothing new while this one fires. */
  inhibits?: Inhibition | readonly Inhibition[]
  /**
   * Only an alert that always fires has no case in which it is silent. One that has
   * more reasons to fire, or not to, shows the others in `firesToo` and `silentToo`.
   */
  tests: {
    fires: AlertTest
    firesToo?: AlertTest[]
    silent: AlertTest | null
    silentToo?: AlertTest[]
  }
}

/** Alerts that another holds back, where these labels have equal values on both. */
export interface Inhibition {
  alerts: readonly string[] | "all others"
  equal: readonly string[]
}

/** What an alert holds back, in the order in which it says so. */
export function inhibitionsOf({ inhibits = [] }: Pick<Alert, "inhibits">): Inhibition[] {
  return [inhibits].flat()
}

/** One case for promtool: the healthy series with some changed. */
export interface AlertTest {
  /** What happened, e.g. `one of four tasks is gone`. */
  when: string
  series: Series
  /** Minutes after the start at which the alert fires, or does not. */
  atMinutes: number
}

/** Values by series, a value a minute in promtool's notation; null takes the series away. */
export type Series = Record<string, string | null>

/** Minutes that test series go on: more than the longest window of an SLO, three days. */
const testMinutes = 4500

/** The same value, for as long as a test may look. */
export function steady(value: number): string {
  return `${value}x${testMinutes}`
}

/** A counter that grows by this much each minute. */
export function growing(perMinute: number): string {
  return `0+${perMinute}x${testMinutes}`
}

/** As one value until the given minute, then as another. */
export function changing(before: number, minute: number, after: number): string {
  return `${before}x${minute - 1} ${after}x${testMinutes - minute}`
}

/** A series or selector: `up{job="node"}`, its labels in the order of their names. */
export function series(metric: string, labels: Record<string, string>): string {
  const matchers = sortedEntries(labels).map(([name, value]) => `${name}="${value}"`)
  return `${metric}{${matchers.join(",")}}`
}

/** The same values for this metric of every instance. */
export function everywhere(
  instances: readonly Record<string, string>[],
  metric: string,
  values: string | null,
): Series {
  return Object.fromEntries(instances.map((labels) => [series(metric, labels), values]))
}

/** Labels that Prometheus gives the series of a static target. */
export function labelsOf({ job }: Scrape, target: StaticTarget): Record<string, string> {
  return { job, instance: target.probes ?? target.address, ...target.labels }
}

/** A span of time as Prometheus reads it, in the largest unit that is exact: `90s`, `5m`, `3d`. */
export function formatPromDuration(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "d"],
    [3600, "h"],
    [60, "m"],
  ]
  const unit = units.find(([size]) => seconds > 0 && seconds % size === 0)
  return unit === undefined ? formatDuration(seconds) : `${seconds / unit[0]}${unit[1]}`
}
