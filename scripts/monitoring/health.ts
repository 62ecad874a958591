import { Failure } from "../io/failure.ts"
import type { FiringAlert, MonitoringAccess, Sample } from "./access.ts"

/** A promise to visitors, as Prometheus records it (generators/slo/burn-rate.ts). */
export interface SloState {
  /** e.g. `availability`. */
  name: string
  /** Share of good events, 0..1. */
  objective: number
  /** Share of the error budget, negative when it is overspent; null while nothing is recorded. */
  budgetLeft: number | null
  /** How many times faster than allowed the budget goes; null while nobody asks for anything. */
  burnRate: number | null
}

export interface ShownAlert {
  name: string
  severity: string
  /** RFC 3339. */
  since: string
  summary: string
}

/** How many members of etcd there are, and how many of them follow a leader. */
export interface EtcdState {
  members: number
  following: number
}

/** What the monitoring of a fleet says. */
export interface MonitoringHealth {
  slos: SloState[]
  /** Days of the budget's window for which there are metrics; null when nobody knows. */
  budgetDays: number | null
  /** Null in a fleet without etcd, and while Prometheus does not answer. */
  etcd: EtcdState | null
  /** Those that somebody is told of, the worst first. */
  alerts: ShownAlert[]
  /** Alerts that are silenced, or said by another already. */
  suppressed: number
  /** Whether the alert that fires always has arrived: after a start it takes up to a minute. */
  heardOf: boolean
  /** What does not answer; empty when all does. */
  faults: string[]
}

/** Days over which an error budget is counted. */
export const budgetWindowDays = 30

const secondsPerDay = 86_400
/** When the oldest sample that Prometheus still has was taken. */
export const oldestSample = "prometheus_tsdb_lowest_timestamp_seconds"
const promises = `{__name__=~"shop:.+:(objective|burn_rate5m|error_budget_left30d)"}`
const followsLeader = "etcd_server_has_leader"
// Beside each other: "or" would drop a member's second series, which differs by its name only.
const etcdMembers = `{__name__=~"up|${followsLeader}",job="etcd"}`
/** What Prometheus is asked for `status`, in one query. */
export const question = `${promises} or ${oldestSample} or ${etcdMembers}`

/** Fires always, so that its silence says that no other would be heard. */
const watchdog = "Watchdog"

/** Asks both daemons at once. Reads only; what does not answer is a fault. */
export async function monitoringHealth(
  access: Pick<MonitoringAccess, "query" | "firing">,
  nowMs: number,
): Promise<MonitoringHealth> {
  const [samples, alerts] = await Promise.all([
    answered(access.query(question)),
    answered(access.firing()),
  ])
  return {
    slos: "fault" in samples ? [] : sloStates(samples.answer),
    budgetDays: "fault" in samples ? null : budgetDays(samples.answer, nowMs),
    etcd: "fault" in samples ? null : etcdState(samples.answer),
    ...shown("fault" in alerts ? [] : alerts.answer),
    faults: [samples, alerts].flatMap((one) => ("fault" in one ? one.fault : [])),
  }
}

/** Whether visitors, or what serves them, are well as far as monitoring knows. */
export function isWell({ faults, alerts }: MonitoringHealth): boolean {
  return faults.length === 0 && alerts.every(({ severity }) => mild.includes(severity))
}

/** The promises that Prometheus records, by name. */
export function sloStates(samples: Sample[]): SloState[] {
  const recorded = samples.flatMap(({ labels, value }) => {
    const [, name, what] = /^shop:(.+):(\w+)$/.exec(labels.__name__ ?? "") ?? []
    return name === undefined || what === undefined ? [] : [{ name, what, value }]
  })
  return recorded
    .filter(({ what }) => what === "objective")
    .map(({ name, value: objective }) => {
      const of = (what: string) =>
        recorded.find((one) => one.name === name && one.what === what)?.value ?? null
      return {
        name,
        objective,
        budgetLeft: of("error_budget_left30d"),
        burnRate: of("burn_rate5m"),
      }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Days of the budget's window for which there are metrics; null when nobody knows. */
export function budgetDays(samples: Sample[], nowMs: number): number | null {
  const oldest = samples.find(({ labels }) => labels.__name__ === oldestSample)
  if (oldest === undefined) return null
  return Math.min(budgetWindowDays, (nowMs / 1000 - oldest.value) / secondsPerDay)
}

/** A member that is gone is still a target; nobody says of it whom it follows. */
function etcdState(samples: Sample[]): EtcdState | null {
  const members = samples.filter(({ labels }) => labels.job === "etcd" && labels.__name__ === "up")
  if (members.length === 0) return null
  const following = samples.filter(
    ({ labels, value }) => labels.__name__ === followsLeader && value === 1,
  )
  return { members: members.length, following: following.length }
}

/** The others page, as does a severity that nobody thought of. */
const mild = ["warning", "info"]

function shown(alerts: FiringAlert[]): Pick<MonitoringHealth, "alerts" | "suppressed" | "heardOf"> {
  const told = alerts.filter(({ suppressed, name }) => !suppressed && name !== watchdog)
  const rank = ({ severity }: ShownAlert) => mild.indexOf(severity)
  return {
    alerts: told
      .map(({ name, labels, startsAt, summary }) => ({
        name,
        severity: labels.severity ?? "critical",
        since: startsAt,
        summary,
      }))
      .sort((a, b) => rank(a) - rank(b) || (a.since < b.since ? -1 : 1)),
    suppressed: alerts.filter(({ suppressed }) => suppressed).length,
    heardOf: alerts.some(({ name }) => name === watchdog),
  }
}

type Answered<T> = { answer: T } | { fault: string }

async function answered<T>(asked: Promise<T>): Promise<Answered<T>> {
  try {
    return { answer: await asked }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { fault: error.message }
  }
}
