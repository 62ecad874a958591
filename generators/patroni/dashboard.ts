import {
  type Dashboard,
  graph,
  greenFrom,
  number,
  type Panel,
  rate,
  redFrom,
  redFromOptional,
  upOrDown,
  yesOrNo,
} from "../core/dashboard.ts"
import type { Database, Fleet } from "../core/fleet.ts"
import { everywhere, growing } from "../core/monitoring.ts"
import { cpuUse } from "../node-exporter/monitoring.ts"
import { formatBytes } from "../topology/table.ts"
import { clusterName } from "./member-config.ts"
import { lagBytes } from "./monitoring.ts"

export function patroniDashboard(
  fleet: Fleet,
  database: Database,
  instances: Record<string, string>[],
): Dashboard {
  const members = instances.map((labels) => ({
    ...labels,
    name: labels.node ?? "",
    scope: clusterName,
  }))
  return {
    uid: "quickcart-database",
    title: "Database",
    description: "Who takes the writes, do the replicas keep up, and is there room?",
    rows: [
      {
        title: "The cluster",
        panels: [
          number(
            {
              title: "Patroni",
              description: "Whether it answers on each member. PostgreSQL ends with it.",
              unit: "short",
              words: upOrDown,
              steps: greenFrom(1),
            },
            ['up{job="patroni"}', "{{node}}"],
          ),
          number(
            {
              title: "Primary",
              description:
                "The member that takes the writes. None: nobody can order. Two: writes will be lost.",
              unit: "short",
              named: true,
            },
            ["patroni_primary == 1", "{{node}}"],
          ),
          number(
            {
              title: "PostgreSQL",
              description: "Whether PostgreSQL runs on each member, as Patroni says.",
              unit: "short",
              words: upOrDown,
              steps: greenFrom(1),
            },
            ["patroni_postgres_running", "{{node}}"],
          ),
          number(
            {
              title: "Out of the ordinary",
              description:
                "Failsafe: the primary goes on without etcd. Paused: nothing fails over. Restart: a member waits for one to take its settings.",
              unit: "short",
              words: yesOrNo,
              steps: redFrom(1),
            },
            ["max(patroni_failsafe_mode_is_active)", "failsafe"],
            ["max(patroni_is_paused)", "paused"],
            ["max(patroni_pending_restart)", "restart"],
          ),
        ],
      },
      {
        title: "Replication",
        panels: [
          replicationLag(fleet, database),
          walWritten(),
          slotWal(database),
          graph(
            {
              title: "Timeline",
              description: "One more with each switchover or failover; all members follow.",
              unit: "short",
            },
            ["patroni_postgres_timeline", "{{node}}"],
          ),
          graph(
            {
              title: "Since Patroni saw etcd",
              description: `Beyond ${database.failover.ttlSeconds} s the primary keeps its role only in failsafe mode.`,
              unit: "s",
              steps: redFrom(database.failover.ttlSeconds),
            },
            ["time() - patroni_dcs_last_seen", "{{node}}"],
          ),
        ],
      },
      {
        title: "Room",
        panels: [databaseCpu(fleet), operations(fleet), diskFree(), connections(database)],
      },
    ],
    series: {
      ...everywhere(members, "patroni_dcs_last_seen", growing(60)),
    },
  }
}

export function replicationLag(fleet: Fleet, { maxReplicaLagBytes }: Database): Panel {
  return graph(
    {
      title: "Replication lag",
      description: `Bytes that each replica has still to replay. From ${formatBytes(maxReplicaLagBytes)} on it answers no reads.`,
      unit: "bytes",
      steps: redFrom(maxReplicaLagBytes),
    },
    [`clamp_min(${lagBytes(fleet)}, 0)`, "{{node}}"],
  )
}

export function walWritten(): Panel {
  return graph(
    {
      title: "Written",
      description: "Write-ahead log that the primary writes.",
      unit: "Bps",
    },
    // A replica shows 0: once it is promoted its rate would be all that was ever written.
    [
      `sum(${rate("patroni_xlog_location")} and min_over_time(patroni_xlog_location[$__rate_interval]) > 0)`,
      "WAL",
    ],
  )
}

export function databaseCpu({ scaling }: Fleet): Panel {
  return graph(
    {
      title: "Processors of the database hosts",
      description:
        "Share that is in use. When the primary is above the line the spec wants larger hosts.",
      unit: "percentunit",
      max: 1,
      ...redFromOptional(scaling.databaseCpu),
    },
    [cpuUse({ role: "database" }, " by (node)", "$__rate_interval"), "{{node}}"],
  )
}

/** Of the busiest disk, as its alert counts. */
function operations({ scaling }: Fleet): Panel {
  const completed = (kind: string) => rate(`node_disk_${kind}_completed_total{role="database"}`)
  return graph(
    {
      title: "Disk operations",
      description: "Reads and writes of the busiest disk of each host.",
      unit: "iops",
      ...redFromOptional(scaling.databaseDiskIops),
    },
    [`max by (node) (${completed("reads")} + ${completed("writes")})`, "{{node}}"],
  )
}

export function connections({ maxConnections }: Database): Panel {
  return graph(
    {
      title: "Connections",
      description: `Server connections of each member, of max_connections = ${maxConnections}.`,
      unit: "short",
      steps: redFrom(maxConnections),
    },
    ["sum by (node) (pg_stat_database_numbackends)", "{{node}}"],
  )
}

/** Of the primary: a replica keeps slots for the others too, which nobody reads. */
export function slotWal({ slotWalBytes }: Database): Panel {
  return graph(
    {
      title: "WAL kept for replicas",
      description: `What the primary keeps for each replica's slot. At ${formatBytes(slotWalBytes)} the slot is lost, and its replica has to be copied anew.`,
      unit: "bytes",
      steps: redFrom(slotWalBytes),
    },
    [
      `clamp_min(${slotWalBytes} - pg_replication_slot_safe_wal_size_bytes, 0) and on (node) patroni_primary == 1`,
      "{{slot_name}}",
    ],
  )
}

function diskFree(): Panel {
  return graph(
    {
      title: "Disk in use",
      description: "At all of it PostgreSQL stops.",
      unit: "percentunit",
      max: 1,
    },
    [
      '1 - node_filesystem_avail_bytes{role="database"} / node_filesystem_size_bytes{role="database"}',
      "{{node}}",
    ],
  )
}
