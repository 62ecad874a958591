import type { FleetFile } from "../deploy/fleet-file.ts"
import { hostsOf } from "../deploy/fleet-file.ts"
import { Failure } from "../io/failure.ts"
import type { Sample } from "./access.ts"

/** The question whose answer is counted: every series that has a value now. */
export const countByJob = 'count by (role, job) ({__name__!=""})'

/** Their hosts run more than their role asks for: there is one of each in a fleet. */
const onceJobs = ["prometheus", "alertmanager", "grafana", "loki"]

export interface SeriesPerHost {
  perHost: Record<string, number>
  perAppTask: number
  perFleet: number
}

/**
 * Shares the counted series out: those with a role to its hosts, those of the shop to
 * its tasks, other jobs without a role to the app hosts, because only those are found
 * by Docker's DNS. Throws a Failure for an answer that a whole fleet would not give.
 */
export function seriesPerHost(
  samples: Sample[],
  fleet: FleetFile,
  appTasks: number,
): SeriesPerHost {
  const total = (belongs: (labels: Sample["labels"]) => boolean) =>
    samples.filter(({ labels }) => belongs(labels)).reduce((sum, { value }) => sum + value, 0)
  const isOnce = ({ job }: Sample["labels"]) => job === undefined || onceJobs.includes(job)
  const of = (role: string) => (labels: Sample["labels"]) =>
    !isOnce(labels) && labels.job !== "app" && (labels.role ?? "app") === role
  const roles = [...new Set(fleet.hosts.map(({ role }) => role))]
    .filter((role) => role !== "bastion")
    .sort()
  const perHost = roles.map((role) => [role, each(total(of(role)), hostsOf(fleet, role).length)])
  const silent = perHost.filter(([, count]) => count === 0).map(([role]) => role)
  if (silent.length > 0) {
    throw new Failure(
      `no series about hosts of the role ${silent.join(", ")}: measure when the whole fleet is up.`,
    )
  }
  return {
    perHost: Object.fromEntries(perHost),
    perAppTask: each(
      total(({ job }) => job === "app"),
      appTasks,
    ),
    perFleet: total(isOnce),
  }
}

function each(total: number, count: number): number {
  return count === 0 ? 0 : Math.ceil(total / count)
}
