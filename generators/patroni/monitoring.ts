import { formatDuration } from "../core/duration.ts"
import type { Database, Fleet, Host } from "../core/fleet.ts"
import {
  type Alert,
  changing,
  everywhere,
  growing,
  type Monitored,
  type Scrape,
  type Series,
  type StaticTarget,
  series,
  steady,
} from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import { scalingTrigger } from "../core/scaling-alerts.ts"
import { hostTarget, instancesOf, targetDown, upSeries } from "../core/target-alerts.ts"
import { cpuHigh, cpuUse, nodeLabels } from "../node-exporter/monitoring.ts"
import { formatIops } from "../topology/table.ts"
import { worstFailoverSeconds } from "./failover.ts"
import { clusterName } from "./member-config.ts"
import { patroniPort } from "./ports.ts"

type Labels = Record<string, string>

/** WAL that the healthy primary writes each minute, bytes. */
const walPerMinute = 1e6

export function patroniMonitoring(fleet: Fleet, database: Database): Monitored {
  const hosts = hostsOf(fleet, "database")
  const scrape: Scrape & { targets: StaticTarget[] } = {
    job: "patroni",
    tls: true,
    targets: hosts.map((host) => hostTarget(host, patroniPort)),
  }
  const members = instancesOf(scrape).map((labels) => ({
    ...labels,
    name: labels.node ?? "",
    scope: clusterName,
  }))
  return {
    scrapes: [scrape],
    recordings: [],
    alerts: [
      targetDown(scrape, {
        name: "PatroniDown",
        severity: "warning",
        summary: "Patroni on {{ $labels.node }} does not answer",
        description: "PostgreSQL there is down with it. Reads and writes go to the others.",
        inhibits: unobserved,
      }),
      postgresDown(members),
      noPrimary(fleet, database, members),
      twoPrimaries(members),
      replicaLag(fleet, database, members),
      failover(fleet, members),
      failsafe(members),
      paused(members),
      pendingRestart(members),
      ...cpu(fleet),
      ...diskHigh(fleet),
    ],
    healthy: {
      ...upSeries(scrape),
      ...Object.assign({}, ...members.map((labels, index) => healthyMember(labels, index === 0))),
      ...Object.assign({}, ...hosts.map((host) => operations(host, 50, 100))),
    },
  }
}

const primary = (labels: Labels) => series("patroni_primary", labels)
const running = (labels: Labels) => series("patroni_postgres_running", labels)

/** Of a PostgreSQL that does not run, Patroni goes on telling the role that it had. */
const runs = "and on (instance) patroni_postgres_running == 1"
const isPrimary = `patroni_primary ${runs}`

/** Of a PostgreSQL that is down nothing more is known. */
const unobserved: NonNullable<Alert["inhibits"]> = {
  alerts: ["PostgresUnobserved"],
  equal: ["node"],
}

function postgresDown([, replica = {}]: Labels[]): Alert {
  return {
    name: "PostgresDown",
    severity: "warning",
    expression: "patroni_postgres_running == 0",
    // A restart with recovery takes less; a replica that is copied anew may take longer.
    forSeconds: 300,
    summary: "PostgreSQL on {{ $labels.node }} does not run, though Patroni does",
    description: "Patroni cannot start it, or copies it anew. There is one copy of the data less.",
    inhibits: unobserved,
    tests: {
      fires: {
        when: "a replica does not start",
        series: { [running(replica)]: changing(1, 10, 0) },
        atMinutes: 16,
      },
      silent: {
        when: "it restarts for two minutes",
        series: { [running(replica)]: "1x9 0x2 1x4000" },
        atMinutes: 17,
      },
    },
  }
}

function noPrimary(fleet: Fleet, database: Database, [first = {}]: Labels[]): Alert {
  // The next primary is seen one scrape later.
  const seen = worstFailoverSeconds(database) + (fleet.monitoring?.scrapeIntervalSeconds ?? 0)
  const limit = Math.ceil(seen / 15) * 15
  return {
    name: "DatabaseWithoutPrimary",
    severity: "critical",
    expression: `(sum(${isPrimary}) or vector(0)) == 0`,
    forSeconds: limit,
    summary: "No member of the database takes writes",
    description: `A failover takes ${formatDuration(Math.ceil(worstFailoverSeconds(database)))} at worst; this lasts longer. Nobody can order.`,
    inhibits: { alerts: ["ReplicaLag", "DatabaseRouteWithoutPrimary", "RouteFails"], equal: [] },
    tests: {
      fires: {
        when: "the primary is gone and no replica took over",
        series: { [primary(first)]: null },
        atMinutes: 3,
      },
      firesToo: [
        {
          when: "PostgreSQL of the primary does not run, and nobody may take over",
          series: { [running(first)]: steady(0) },
          atMinutes: 3,
        },
      ],
      silent: {
        when: "the primary has just gone",
        series: { [primary(first)]: changing(1, 10, 0) },
        atMinutes: 10,
      },
    },
  }
}

function twoPrimaries([first = {}, second = {}]: Labels[]): Alert {
  return {
    name: "DatabaseWithTwoPrimaries",
    severity: "critical",
    expression: `sum by (scope) (${isPrimary}) > 1`,
    // Two scrapes: members are asked at different moments of a switchover.
    forSeconds: 30,
    summary: "{{ $value }} members of the database say that they are the primary",
    description: "Writes to one of them will be lost.",
    tests: {
      fires: { when: "both say so", series: { [primary(second)]: steady(1) }, atMinutes: 2 },
      silent: {
        when: "the primary changed",
        series: { [primary(first)]: changing(1, 10, 0), [primary(second)]: changing(0, 10, 1) },
        atMinutes: 20,
      },
      silentToo: [
        {
          when: "another was promoted by hand where the old one does not run",
          series: { [running(first)]: steady(0), [primary(second)]: steady(1) },
          atMinutes: 20,
        },
      ],
    },
  }
}

/**
 * PromQL for how far each replica is behind. In bytes: the delay in seconds that
 * PostgreSQL tells is 0 for a replica that receives nothing. Against what the primary
 * had two scrapes ago, because members are scraped at different moments.
 */
export function lagBytes(fleet: Fleet): string {
  const skew = formatDuration(2 * scrapeSeconds(fleet))
  return `max by (scope) (patroni_xlog_location offset ${skew}) - on (scope) group_right () (patroni_xlog_replayed_location and on (instance) patroni_replica == 1 ${runs})`
}

function replicaLag(fleet: Fleet, database: Database, members: Labels[]): Alert {
  const [first = {}, replica = {}] = members
  const bytes = database.maxReplicaLagBytes
  const stopsAtMinuteTen = (perMinute: number): Series => ({
    [series("patroni_xlog_location", first)]: growing(perMinute),
    [series("patroni_xlog_replayed_location", replica)]: `0+${perMinute}x10 ${10 * perMinute}x4000`,
  })
  return {
    name: "ReplicaLag",
    severity: "warning",
    expression: `${lagBytes(fleet)} > ${bytes}`,
    forSeconds: 120,
    summary: "{{ $labels.node }} is {{ $value | humanize1024 }}B behind the primary",
    description: `From ${bytes / 1e6} MB on it answers no reads (database.maxReplicaLag); the primary does when no replica is left.`,
    tests: {
      fires: {
        when: "it stopped ten minutes ago",
        series: stopsAtMinuteTen(bytes / 5),
        atMinutes: 20,
      },
      silent: {
        when: "it stopped, but the primary writes little",
        series: stopsAtMinuteTen(bytes / 20),
        atMinutes: 20,
      },
      silentToo: [
        {
          when: "no replica runs, and so none has replayed what Patroni knows of",
          series: {
            ...stopsAtMinuteTen(bytes / 5),
            ...everywhere(members.slice(1), "patroni_postgres_running", steady(0)),
          },
          atMinutes: 20,
        },
      ],
    },
  }
}

/** Seconds between two looks at a member. */
function scrapeSeconds({ monitoring }: Fleet): number {
  return monitoring?.scrapeIntervalSeconds ?? 15
}

function failover(fleet: Fleet, members: Labels[]): Alert {
  const timeline = (values: string) =>
    Object.fromEntries(
      members.map((labels) => [series("patroni_postgres_timeline", labels), values]),
    )
  return {
    name: "DatabaseFailover",
    severity: "info",
    // A member that does not run says 0, which is no timeline.
    expression: `max by (scope) (changes((patroni_postgres_timeline > 0)[15m:${formatDuration(scrapeSeconds(fleet))}])) > 0`,
    forSeconds: 0,
    summary: "The primary of the database changed within 15 minutes",
    description: "By a switchover or a failover; each member is on a new timeline.",
    tests: {
      fires: { when: "another was promoted", series: timeline(changing(1, 10, 2)), atMinutes: 12 },
      silent: {
        when: "that was half an hour ago, and since then members restarted",
        series: timeline("1x9 2x24 0x1 2x4000"),
        atMinutes: 40,
      },
    },
  }
}

function failsafe([first = {}]: Labels[]): Alert {
  const active = (minutes: number) => ({
    [series("patroni_failsafe_mode_is_active", first)]: `0x9 1x${minutes - 1} 0x4000`,
  })
  return {
    name: "PatroniInFailsafe",
    severity: "warning",
    expression: "patroni_failsafe_mode_is_active == 1",
    forSeconds: 60,
    summary: "{{ $labels.node }} goes on without etcd",
    description:
      "The primary keeps its role only while it reaches every other member: the loss of one more stops writes.",
    tests: {
      fires: { when: "etcd is away for three minutes", series: active(3), atMinutes: 12 },
      silent: { when: "etcd is away for a moment", series: active(1), atMinutes: 10 },
    },
  }
}

function paused([first = {}]: Labels[]): Alert {
  return {
    name: "PatroniPaused",
    severity: "warning",
    expression: "max by (scope) (patroni_is_paused) == 1",
    forSeconds: 900,
    summary: "Patroni is paused: nothing fails over by itself",
    description: "Somebody paused it for maintenance and did not resume it.",
    tests: {
      fires: {
        when: "it is paused for 20 minutes",
        series: { [series("patroni_is_paused", first)]: steady(1) },
        atMinutes: 20,
      },
      silent: {
        when: "it was paused for ten minutes",
        series: { [series("patroni_is_paused", first)]: "0x4 1x9 0x4000" },
        atMinutes: 20,
      },
    },
  }
}

function pendingRestart([first = {}]: Labels[]): Alert {
  return {
    name: "PostgresPendingRestart",
    severity: "warning",
    expression: "patroni_pending_restart == 1",
    forSeconds: 3600,
    summary: "PostgreSQL on {{ $labels.node }} waits for a restart to take its settings",
    description: "Until then the member runs with other settings than git has.",
    tests: {
      fires: {
        when: "it waits for more than an hour",
        series: { [series("patroni_pending_restart", first)]: steady(1) },
        atMinutes: 62,
      },
      silent: {
        when: "it waits for half an hour",
        series: { [series("patroni_pending_restart", first)]: steady(1) },
        atMinutes: 30,
      },
    },
  }
}

/** Keeps of a vector by host only the primary's. */
const onPrimary = "and on (node) max by (node) (patroni_primary) == 1"

function cpu(fleet: Fleet): Alert[] {
  const { databaseCpu: limit } = fleet.scaling
  return cpuHigh({
    name: "DatabaseCpuHigh",
    expression: `${cpuUse({ role: "database" }, " by (node)")} > ${limit} ${onPrimary}`,
    summary:
      "The primary {{ $labels.node }} uses {{ $value | humanizePercentage }} of its processors",
    limit,
    remedy: "larger database hosts",
    instances: hostsOf(fleet, "database").slice(0, 1).map(nodeLabels),
  })
}

/** Of the busiest disk: what lies on a logical volume is counted again for the disk below it. */
function diskHigh(fleet: Fleet): Alert[] {
  const { databaseDiskIops: limit } = fleet.scaling
  const [host] = hostsOf(fleet, "database")
  if (limit === null || host === undefined) return []
  const rate = (kind: "reads" | "writes") =>
    `rate(node_disk_${kind}_completed_total{role="database"}[5m])`
  return [
    scalingTrigger({
      name: "DatabaseDiskHigh",
      expression: `max by (node) (${rate("reads")} + ${rate("writes")}) > ${limit} ${onPrimary}`,
      summary: "The disk of the primary {{ $labels.node }} does {{ $value | humanize }} IOPS",
      limit: formatIops(limit),
      remedy: "database hosts with faster disks, or more memory so that less is read",
      above: operations(host, 0.5 * limit, 0.55 * limit),
      below: operations(host, 0.5 * limit, 0.45 * limit),
    }),
  ]
}

/** A host's disk with so many reads and writes a second. */
function operations(host: Host, reads: number, writes: number): Series {
  const disk = { ...nodeLabels(host), device: "vda" }
  return {
    [series("node_disk_reads_completed_total", disk)]: growing(60 * reads),
    [series("node_disk_writes_completed_total", disk)]: growing(60 * writes),
  }
}

function healthyMember(labels: Labels, isPrimary: boolean): Series {
  return {
    [primary(labels)]: steady(isPrimary ? 1 : 0),
    [series("patroni_postgres_running", labels)]: steady(1),
    [series("patroni_replica", labels)]: steady(isPrimary ? 0 : 1),
    [series("patroni_xlog_location", labels)]: isPrimary ? growing(walPerMinute) : steady(0),
    [series("patroni_xlog_replayed_location", labels)]: isPrimary
      ? steady(0)
      : growing(walPerMinute),
    [series("patroni_postgres_timeline", labels)]: steady(1),
    [series("patroni_failsafe_mode_is_active", labels)]: steady(0),
    [series("patroni_is_paused", labels)]: steady(0),
    [series("patroni_pending_restart", labels)]: steady(0),
  }
}
