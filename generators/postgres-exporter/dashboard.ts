import { type Dashboard, graph, number, redFrom, upOrDown } from "../core/dashboard.ts"
import type { Database } from "../core/fleet.ts"
import { connections, slotWal } from "../patroni/dashboard.ts"
import {
  frozenAge,
  oldestTransaction,
  oldTransactionSeconds,
  unfrozenTransactions,
} from "./monitoring.ts"

/** What slows PostgreSQL down or stops it later, while all members run. */
export function postgresDashboard(database: Database): Dashboard {
  return {
    uid: "quickcart-postgres",
    title: "Inside PostgreSQL",
    description: "What holds VACUUM up, is tried again, is written too often, or grows?",
    rows: [
      {
        title: "Now",
        panels: [
          number(
            {
              title: "Answers its exporter",
              description: "Whether the one exporter of the fleet gets an answer of each member.",
              unit: "short",
              words: upOrDown,
              wide: true,
            },
            ["pg_up", "{{node}}"],
          ),
          graph(
            {
              title: "Oldest transaction",
              description: "It holds back VACUUM on every member.",
              unit: "s",
              steps: redFrom(oldTransactionSeconds),
            },
            [`max by (node) (${oldestTransaction})`, "{{node}}"],
          ),
          connections(database),
          graph(
            {
              title: "Deadlocks",
              description: "Each costs one request that is tried again. A few are chance.",
              unit: "short",
            },
            ["sum by (node) (increase(pg_stat_database_deadlocks[$__rate_interval]))", "{{node}}"],
          ),
          graph(
            {
              title: "Checkpoints that WAL asked for",
              description:
                "By the clock there are six an hour. More write the same pages again: max_wal_size is too small.",
              unit: "short",
            },
            [
              "sum by (node) (increase(pg_stat_checkpointer_num_requested_total[$__rate_interval]))",
              "{{node}}",
            ],
          ),
        ],
      },
      {
        title: "In the long run",
        panels: [
          slotWal(database),
          graph(
            {
              title: "Size",
              description: "Of each database on the fullest member.",
              unit: "bytes",
            },
            ["max by (datname) (pg_database_size_bytes)", "{{datname}}"],
          ),
          graph(
            {
              title: "Transactions since the last freeze",
              description:
                "Autovacuum begins at 200 million. At 2,100 million PostgreSQL takes no writes any more.",
              unit: "short",
              steps: redFrom(unfrozenTransactions),
            },
            [`max by (datname) (${frozenAge})`, "{{datname}}"],
          ),
        ],
      },
    ],
    series: {},
  }
}
