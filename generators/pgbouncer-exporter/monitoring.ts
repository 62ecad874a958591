import { formatDuration } from "../core/duration.ts"
import type { Database, Fleet } from "../core/fleet.ts"
import {
  type Alert,
  everywhere,
  growing,
  type Monitored,
  type Scrape,
  type Series,
  series,
  steady,
  type TaskDiscovery,
} from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import { scalingTrigger } from "../core/scaling-alerts.ts"
import { instancesOf, upSeries } from "../core/target-alerts.ts"
import { fewerThanAppHosts } from "../node-exporter/monitoring.ts"
import { poolOf } from "../pgbouncer/pool.ts"
import { formatPercent } from "../topology/table.ts"

/** Short name of the service. */
export const pgbouncerExporter = "pgbouncer-exporter"

/** Where the exporter of an app host answers Prometheus. */
export const pgbouncerExporterPort = 9127

/** From here on visitors feel that a query waits for its turn. */
const longWaitSeconds = 1

/** A pool that stays this full has no room for a peak. */
export const fullShare = 0.9
const fullSeconds = 300

/** Read queries each minute in tests. */
const queriesPerMinute = 600

type Labels = Record<string, string>

/** The pools of every app host, as its PgBouncer tells them. */
export function pgbouncerMonitoring(fleet: Fleet, database: Database): Monitored {
  const scrape: Scrape & { targets: TaskDiscovery } = {
    job: "pgbouncer",
    targets: { service: pgbouncerExporter, port: pgbouncerExporterPort },
    // Nothing of the exporter's own process.
    keep: "pgbouncer_.*",
  }
  const instances = instancesOf(scrape, hostsOf(fleet, "app").length)
  return {
    scrapes: [scrape],
    recordings: [],
    alerts: [
      fewerThanAppHosts(fleet, "pgbouncer_up", everywhere(instances, "pgbouncer_up", steady(1)), {
        name: "PgbouncerDown",
        severity: "warning",
        summary: "{{ $value }} PgBouncers answer, fewer than there are app hosts",
        description: "The shop's tasks on the others do not reach the database.",
      }),
      poolWaits(database, instances),
      poolFull(fleet, database, instances),
      ...readsSlow(fleet, instances),
    ],
    healthy: {
      ...upSeries(scrape, instances.length),
      ...everywhere(instances, "pgbouncer_up", steady(1)),
      ...everywhere(poolsOf(instances), "pgbouncer_pools_client_maxwait_seconds", steady(0)),
      ...everywhere(poolsOf(instances), "pgbouncer_pools_server_active_connections", steady(1)),
      ...readLatency(instances, 0.002),
    },
  }
}

function poolWaits(database: Database, [first = {}]: Labels[]): Alert {
  const { queryWaitTimeoutSeconds } = database.pool
  // While the primary changes queries are held, as long as they may wait at most.
  const forSeconds = queryWaitTimeoutSeconds + 30
  const held = Math.ceil(queryWaitTimeoutSeconds / 60)
  const wait = series("pgbouncer_pools_client_maxwait_seconds", writePool(first))
  return {
    name: "PoolWaits",
    severity: "warning",
    expression: `max by (database) (pgbouncer_pools_client_maxwait_seconds{database!="pgbouncer"}) > ${longWaitSeconds}`,
    forSeconds,
    summary:
      "A query waits {{ $value | humanizeDuration }} for a connection of {{ $labels.database }}",
    description: `Longer than a change of the primary takes. After ${formatDuration(queryWaitTimeoutSeconds)} PgBouncer answers with an error (database.pool.queryWaitTimeout).`,
    inhibits: { alerts: ["PoolFull"], equal: ["database"] },
    tests: {
      fires: { when: "all connections stay taken", series: { [wait]: steady(4) }, atMinutes: 5 },
      silent: {
        when: "the primary changes, at its slowest",
        series: { [wait]: `0x9 55x${held} 0x4000` },
        atMinutes: 10 + queryWaitTimeoutSeconds / 60,
      },
    },
  }
}

function poolFull(fleet: Fleet, database: Database, [first = {}]: Labels[]): Alert {
  const { writeConnections, readConnections } = poolOf(fleet, database)
  const taken = (route: string) =>
    `sum by (instance, database) (pgbouncer_pools_server_active_connections{database="${route}"})`
  const share = `${taken("app_rw")} / ${writeConnections} > ${fullShare} or ${taken("app_ro")} / ${readConnections} > ${fullShare}`
  const use = (pool: Labels, connections: number): Series => ({
    [series("pgbouncer_pools_server_active_connections", pool)]: steady(connections),
  })
  return {
    name: "PoolFull",
    severity: "warning",
    expression: share,
    forSeconds: fullSeconds,
    summary:
      "{{ $value | humanizePercentage }} of the connections of {{ $labels.database }} work, at {{ $labels.instance }}",
    description: `A PgBouncer has ${writeConnections} connections for writes and ${readConnections} for reads. At ${formatPercent(1)} queries wait.`,
    tests: {
      fires: {
        when: "all connections for writes work",
        series: use(writePool(first), writeConnections),
        atMinutes: 8,
      },
      firesToo: [
        {
          when: "all connections for reads work",
          series: use(readPool(first), readConnections),
          atMinutes: 8,
        },
      ],
      silent: {
        when: "half of them work",
        series: use(writePool(first), writeConnections / 2),
        atMinutes: 20,
      },
    },
  }
}

/** The mean, because PgBouncer counts queries and their time; what waits for a connection is not in it. */
function readsSlow(fleet: Fleet, instances: Labels[]): Alert[] {
  const { replicaReadLatencySeconds: limit } = fleet.scaling
  if (limit === null) return []
  const rate = (metric: string) =>
    `sum(rate(pgbouncer_stats_${metric}_total{database="app_ro"}[5m]))`
  return [
    scalingTrigger({
      name: "ReplicaReadsSlow",
      expression: `${rate("queries_duration_seconds")} / ${rate("queries_pooled")} > ${limit}`,
      summary: "A query of the read route takes {{ $value | humanizeDuration }} on average",
      limit: formatDuration(limit),
      remedy: "another replica, or larger database hosts",
      above: readLatency(instances, 1.05 * limit),
      below: readLatency(instances, 0.95 * limit),
    }),
  ]
}

const writePool = (labels: Labels) => ({ ...labels, database: "app_rw", user: "app_rw_00000001" })
const readPool = (labels: Labels) => ({ ...labels, database: "app_ro", user: "app_ro_00000001" })

function poolsOf(instances: Labels[]): Labels[] {
  return instances.flatMap((labels) => [writePool(labels), readPool(labels)])
}

/** Read queries that take so many seconds on average. */
function readLatency(instances: Labels[], seconds: number): Series {
  const route = instances.map((labels) => ({ ...labels, database: "app_ro" }))
  return {
    ...everywhere(route, "pgbouncer_stats_queries_pooled_total", growing(queriesPerMinute)),
    ...everywhere(
      route,
      "pgbouncer_stats_queries_duration_seconds_total",
      growing(seconds * queriesPerMinute),
    ),
  }
}
