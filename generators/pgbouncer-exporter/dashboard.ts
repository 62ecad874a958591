import {
  type Dashboard,
  graph,
  number,
  type Panel,
  rate,
  redFrom,
  redFromOptional,
} from "../core/dashboard.ts"
import type { Database, Fleet } from "../core/fleet.ts"
import { everywhere, steady } from "../core/monitoring.ts"
import { poolOf } from "../pgbouncer/pool.ts"
import { fullShare } from "./monitoring.ts"

const reads = (metric: string) => rate(`pgbouncer_stats_${metric}_total{database="app_ro"}`)

/** The routes of the shop; PgBouncer's own console is a database, too. */
const routes = 'database=~"app_rw|app_ro"'

export function pgbouncerDashboard(
  fleet: Fleet,
  database: Database,
  instances: Record<string, string>[],
): Dashboard {
  const pools = ["app_rw", "app_ro"].flatMap((route) =>
    instances.map((labels) => ({ ...labels, database: route, user: `${route}_00000001` })),
  )
  return {
    uid: "quickcart-pools",
    title: "Connection pools",
    description: "Does the shop get its connections to the database, and how many are left?",
    rows: [
      {
        title: "Waiting",
        panels: [
          number(
            {
              title: "PgBouncers that answer",
              description: "One beside the shop's tasks on each app host.",
              unit: "short",
            },
            ["sum(pgbouncer_up)", "PgBouncers"],
          ),
          longestWait(),
          graph(
            {
              title: "Queries that wait",
              description:
                "Clients without a connection. While the primary changes all of them wait.",
              unit: "short",
            },
            [
              `sum by (database) (pgbouncer_pools_client_waiting_connections{${routes}})`,
              "{{database}}",
            ],
          ),
        ],
      },
      {
        title: "Room",
        panels: [
          poolUse(fleet, database),
          graph(
            {
              title: "Time of a read",
              description:
                "Mean time that the read route's servers take for a query, waiting not counted.",
              unit: "s",
              ...redFromOptional(fleet.scaling.replicaReadLatencySeconds),
            },
            [
              `sum(${reads("queries_duration_seconds")}) / sum(${reads("queries_pooled")})`,
              "reads",
            ],
          ),
          graph(
            {
              title: "Clients",
              description: "Connections of the shop that have a transaction open now.",
              unit: "short",
            },
            [
              `sum by (database) (pgbouncer_pools_client_active_connections{${routes}})`,
              "{{database}}",
            ],
          ),
        ],
      },
    ],
    series: {
      ...everywhere(pools, "pgbouncer_pools_client_waiting_connections", steady(0)),
      ...everywhere(pools, "pgbouncer_pools_client_active_connections", steady(2)),
    },
  }
}

function longestWait(): Panel {
  return graph(
    {
      title: "Longest wait",
      description: "How long the first in the queue has waited for a connection.",
      unit: "s",
    },
    [`max by (database) (pgbouncer_pools_client_maxwait_seconds{${routes}})`, "{{database}}"],
  )
}

/** Of the fullest pool, as its alert counts. */
export function poolUse(fleet: Fleet, database: Database): Panel {
  const { writeConnections, readConnections } = poolOf(fleet, database)
  const share = (route: string, connections: number) =>
    `max(sum by (instance) (pgbouncer_pools_server_active_connections{database="${route}"})) / ${connections}`
  return graph(
    {
      title: "Connections in use",
      description: `Share of the fullest PgBouncer's connections that work: of ${writeConnections} for writes, of ${readConnections} for reads. At all of them queries wait.`,
      unit: "percentunit",
      max: 1,
      steps: redFrom(fullShare),
    },
    [share("app_rw", writeConnections), "writes"],
    [share("app_ro", readConnections), "reads"],
  )
}
