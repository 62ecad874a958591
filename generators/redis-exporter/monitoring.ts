import type { Fleet, Host } from "../core/fleet.ts"
import {
  type Alert,
  changing,
  everywhere,
  type Monitored,
  type Scrape,
  type Series,
  type StaticTarget,
  series,
  steady,
} from "../core/monitoring.ts"
import { scalingTrigger } from "../core/scaling-alerts.ts"
import { hostTarget, instancesOf, upSeries } from "../core/target-alerts.ts"
import { addressOf, clusterNames, membersOf } from "../redis/clusters.ts"
import { maxmemoryBytes } from "../redis/memory.ts"
import { formatPercent } from "../topology/table.ts"

type Redis = NonNullable<Fleet["redis"]>
type Labels = Record<string, string>

/** Where the exporter answers Prometheus. */
export const redisExporterPort = 9121

/** A failover takes some 10 s; one that takes a minute is none. */
const failoverSeconds = 60

/** Members of both clusters, asked by the one exporter on `host`. */
export function redisMonitoring(fleet: Fleet, redis: Redis, host: Host): Monitored {
  const scrape: Scrape & { targets: StaticTarget[] } = {
    job: "redis",
    path: "/scrape",
    targets: clusterNames.flatMap((cluster) =>
      membersOf(fleet, cluster).map((member) => ({
        address: hostTarget(host, redisExporterPort).address,
        labels: { ...hostTarget(member.host, member.port).labels, store: cluster },
        probes: `rediss://${addressOf(member)}`,
      })),
    ),
  }
  const members = instancesOf(scrape)
  return {
    scrapes: [scrape],
    recordings: [],
    alerts: [
      memberDown(members),
      unobserved(members),
      slotsLost(members),
      ...memoryHigh(fleet, redis, members),
    ],
    healthy: {
      ...upSeries(scrape),
      ...Object.assign({}, ...members.map((labels) => healthyMember(redis, labels))),
    },
  }
}

const up = (labels: Labels) => series("redis_up", labels)

function memberDown([first = {}]: Labels[]): Alert {
  return {
    name: "RedisMemberDown",
    severity: "warning",
    expression: "redis_up == 0",
    forSeconds: 60,
    summary: "A member of Redis ({{ $labels.store }}) on {{ $labels.node }} does not answer",
    description: "Its shard has one copy left.",
    tests: {
      fires: {
        when: "one does not answer",
        series: { [up(first)]: changing(1, 10, 0) },
        atMinutes: 12,
      },
      silent: {
        when: "one has just missed a scrape",
        series: { [up(first)]: changing(1, 10, 0) },
        atMinutes: 10,
      },
    },
  }
}

/** One exporter asks all members: without it nobody says anything of any. */
function unobserved(members: Labels[]): Alert {
  const told = (values: string) => everywhere(members, "redis_up", values)
  return {
    name: "RedisUnobserved",
    severity: "warning",
    expression: "absent(redis_up)",
    forSeconds: 300,
    summary: "Nothing is known of Redis: its exporter does not answer",
    description: "Members, slots and memory are not watched. Redis may be as well as ever.",
    tests: {
      fires: { when: "the exporter does not run", series: told("1x9 stale"), atMinutes: 17 },
      silent: {
        when: "it restarts, and then finds nobody",
        series: told("1x9 stale stale 0x4000"),
        atMinutes: 30,
      },
    },
  }
}

function slotsLost(members: Labels[]): Alert {
  const failing = (values: string): Series =>
    Object.fromEntries(members.slice(0, 2).map((labels) => [slots(labels), values]))
  const sessions = members.filter(({ store }) => store === "sessions")
  const clusterStates = (of: Labels[], values: string | null): Series =>
    Object.fromEntries(of.map((labels) => [state(labels), values]))
  const [left = {}, ...lost] = sessions
  return {
    name: "RedisSlotsLost",
    severity: "critical",
    // Only a majority of the masters may call one failed: without it no slot counts as failed, and
    // every member says so in its state. One member alone that says so is cut off from the others.
    expression:
      "max by (store) (redis_cluster_slots_fail) > 0 or max by (store) (redis_cluster_state) == 0 " +
      "or max by (store) (redis_up) == 0",
    forSeconds: failoverSeconds,
    summary: "Slots of Redis ({{ $labels.store }}) have no master, or most of its masters are lost",
    description:
      "Those slots, or without a majority all, cannot be reached: so many sessions, or so much of the cache.",
    inhibits: { alerts: ["RedisMemberDown"], equal: ["store"] },
    tests: {
      fires: {
        when: "a third is lost for two minutes",
        series: failing("0x9 5461x4000"),
        atMinutes: 12,
      },
      firesToo: [
        {
          when: "the majority is lost for two minutes: no slot counts as failed",
          series: {
            ...clusterStates([left], "1x9 0x4000"),
            ...clusterStates(lost, "1x9 stale"),
          },
          atMinutes: 12,
        },
        {
          when: "every member is lost for two minutes: nobody is left to say so",
          series: {
            ...everywhere(sessions, "redis_up", "1x9 0x4000"),
            ...everywhere(sessions, "redis_cluster_slots_fail", "0x9 stale"),
            ...everywhere(sessions, "redis_cluster_state", "1x9 stale"),
          },
          atMinutes: 12,
        },
      ],
      silent: {
        when: "a third fails over, and one member is cut off from the others",
        series: { ...failing("0x9 5461x0 0x4000"), ...clusterStates([left], steady(0)) },
        atMinutes: 10.75,
      },
    },
  }
}

const slots = (labels: Labels) => series("redis_cluster_slots_fail", labels)
const state = (labels: Labels) => series("redis_cluster_state", labels)

/** Of the sessions only: a cache is full by design, and evicts. */
function memoryHigh(fleet: Fleet, redis: Redis, members: Labels[]): Alert[] {
  const { redisMemory: limit } = fleet.scaling
  const session = members.find(({ store }) => store === "sessions")
  if (limit === null || session === undefined) return []
  const used = (share: number) => ({
    [series("redis_memory_used_bytes", session)]: steady(share * limitOf(redis, session)),
  })
  return [
    scalingTrigger({
      name: "RedisMemoryHigh",
      expression: `redis_memory_used_bytes{store="sessions"} / (redis_memory_max_bytes > 0) > ${limit}`,
      summary:
        "Redis ({{ $labels.store }}) on {{ $labels.node }} uses {{ $value | humanizePercentage }} of its memory",
      limit: formatPercent(limit),
      remedy: "more redis.sessionMemory, or larger hosts; when it is full, nobody can log in",
      above: used(limit + 0.05),
      below: used(limit - 0.05),
    }),
  ]
}

function limitOf({ memoryBytes }: Redis, { store }: Labels): number {
  const cluster = store === "cache" ? "cache" : "sessions"
  return maxmemoryBytes(cluster, memoryBytes[cluster])
}

function healthyMember(redis: Redis, labels: Labels): Series {
  const isCache = labels.store === "cache"
  return {
    [up(labels)]: steady(1),
    [slots(labels)]: steady(0),
    [state(labels)]: steady(1),
    [series("redis_memory_max_bytes", labels)]: steady(limitOf(redis, labels)),
    [series("redis_memory_used_bytes", labels)]: steady(
      (isCache ? 1 : 0.3) * limitOf(redis, labels),
    ),
  }
}
