import type { Fleet } from "../core/fleet.ts"
import {
  type Monitored,
  type Scrape,
  type Series,
  type StaticTarget,
  series,
  steady,
} from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import { hostTarget, instancesOf, targetDown, upSeries } from "../core/target-alerts.ts"
import { etcdHealthPort } from "./ports.ts"

/** Share of the quota above which somebody has to look: at all of it etcd turns read-only. */
export const mostOfQuota = 0.8

export function etcdMonitoring(fleet: Fleet): Monitored {
  const scrape: Scrape & { targets: StaticTarget[] } = {
    job: "etcd",
    targets: hostsOf(fleet, "manager").map((host) => hostTarget(host, etcdHealthPort)),
  }
  const instances = instancesOf(scrape)
  const quorum = Math.floor(instances.length / 2) + 1
  const [first = {}] = instances
  return {
    scrapes: [scrape],
    recordings: [],
    alerts: [
      targetDown(scrape, {
        name: "EtcdMemberDown",
        severity: "warning",
        summary: "etcd on {{ $labels.node }} does not answer",
        description: `${quorum} of ${instances.length} members are a quorum.`,
      }),
      {
        name: "EtcdWithoutQuorum",
        severity: "critical",
        expression: `(count(etcd_server_has_leader == 1) or vector(0)) < ${quorum}`,
        forSeconds: 60,
        summary: "{{ $value }} members of etcd know a leader",
        description: `${quorum} of ${instances.length} have to. The primary goes on while it reaches every database member; a failover is impossible.`,
        inhibits: { alerts: ["EtcdMemberDown", "PatroniInFailsafe"], equal: [] },
        tests: {
          fires: {
            when: "one member is left",
            series: without(instances.slice(1)),
            atMinutes: 3,
          },
          silent: {
            when: "a quorum is left",
            series: without(instances.slice(quorum)),
            atMinutes: 10,
          },
        },
      },
      {
        name: "EtcdAlmostFull",
        severity: "warning",
        expression: `etcd_mvcc_db_total_size_in_bytes / etcd_server_quota_backend_bytes > ${mostOfQuota}`,
        forSeconds: 300,
        summary: "etcd on {{ $labels.node }} uses {{ $value | humanizePercentage }} of its quota",
        description:
          "At all of it etcd turns read-only, and Patroni cannot renew the primary's lease.",
        tests: {
          fires: {
            when: "nine tenths are used",
            series: { [sizeOf(first)]: steady(480e6) },
            atMinutes: 8,
          },
          silent: {
            when: "half is used",
            series: { [sizeOf(first)]: steady(270e6) },
            atMinutes: 10,
          },
        },
      },
    ],
    healthy: { ...upSeries(scrape), ...Object.assign({}, ...instances.map(healthyMember)) },
  }
}

const sizeOf = (instance: Record<string, string>) =>
  series("etcd_mvcc_db_total_size_in_bytes", instance)

const leaderOf = (instance: Record<string, string>) => series("etcd_server_has_leader", instance)

function without(instances: Record<string, string>[]): Series {
  return Object.fromEntries(instances.map((instance) => [leaderOf(instance), null]))
}

function healthyMember(instance: Record<string, string>): Series {
  return {
    [leaderOf(instance)]: steady(1),
    [sizeOf(instance)]: steady(1e6),
    [series("etcd_server_quota_backend_bytes", instance)]: steady(512 * 2 ** 20),
  }
}
