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
import { hostTarget, instancesOf, upSeries } from "../core/target-alerts.ts"
import { walShare } from "../patroni/data-volume.ts"
import { superuserReservedConnections } from "../patroni/dynamic-config.ts"
import { postgresPort } from "../patroni/ports.ts"
import { shopDatabase } from "../patroni/roles.ts"
import { reservedConnections } from "../pgbouncer/pool.ts"
import { formatBytes } from "../topology/table.ts"

/** Where the exporter answers Prometheus. */
export const postgresExporterPort = 9187

/** Share of the WAL kept for a replica that is left when somebody has to look. */
const slotRoomShare = 0.2

/** A transaction as old is no migration in a shop: it holds back VACUUM on every member. */
export const oldTransactionSeconds = 1800

/** Deadlocks an hour: a few are chance, and each costs one request that is tried again. */
const deadlocksPerHour = 5

/** Checkpoints an hour that WAL asked for; by the clock (checkpoint_timeout) there are six. */
const forcedCheckpointsPerHour = 6

/** Share of the disk's room for data above which it has to grow. */
const dataShare = 0.8

/**
 * Transactions since a database was last frozen. Autovacuum begins at 200 million
 * (autovacuum_freeze_max_age) and PostgreSQL stops at 2,100 million.
 */
export const unfrozenTransactions = 500e6

type Labels = Record<string, string>

/** What PostgreSQL itself says of the members, asked by the one exporter on `host`. */
export function postgresMonitoring(fleet: Fleet, database: Database, host: Host): Monitored {
  const hosts = hostsOf(fleet, "database")
  const scrape: Scrape & { targets: StaticTarget[] } = {
    job: "postgres",
    path: "/probe",
    parameters: { auth_module: ["monitor"] },
    targets: hosts.map((member) => ({
      address: hostTarget(host, postgresExporterPort).address,
      labels: hostTarget(member, postgresPort).labels,
      probes: `${member.privateAddress}:${postgresPort}/postgres`,
    })),
  }
  const members = instancesOf(scrape)
  return {
    scrapes: [scrape],
    recordings: [],
    alerts: [
      unobserved(members),
      slotFull(database, members),
      connectionsHigh(database, members),
      longTransaction(members),
      deadlocks(members),
      checkpointsForced(members),
      ...sizeHigh(hosts, members),
      wraparound(members),
    ],
    healthy: {
      ...upSeries(scrape),
      ...everywhere(members, "pg_up", steady(1)),
      ...everywhere(members.slice(0, 1).map(slotOf), slotRoom, steady(database.slotWalBytes)),
      ...everywhere(members.map(inShop), "pg_stat_database_numbackends", steady(20)),
      ...everywhere(members.map(inShop), "pg_stat_database_deadlocks", steady(0)),
      ...everywhere(members.map(sizeOf), "pg_database_size_bytes", steady(1e9)),
      ...everywhere(members.map(sizeOf), frozenAge, steady(150e6)),
      ...everywhere(members, oldestTransaction, steady(2)),
      ...everywhere(members, "pg_stat_checkpointer_num_requested_total", steady(3)),
    },
  }
}

const slotRoom = "pg_replication_slot_safe_wal_size_bytes"
const slotStatus = "pg_replication_slot_wal_status"
export const frozenAge = "pg_database_wraparound_age_datfrozenxid_seconds"
export const oldestTransaction = "pg_long_running_transactions_oldest_timestamp_seconds"

const slotOf = (labels: Labels) => ({ ...labels, slot_name: "database_2", slot_type: "physical" })
const lostSlotOf = (labels: Labels) => ({ ...slotOf(labels), wal_status: "lost" })
const sizeOf = (labels: Labels) => ({ ...labels, datname: shopDatabase })
const inShop = (labels: Labels) => ({ ...sizeOf(labels), datid: "16384" })

function unobserved([first = {}]: Labels[]): Alert {
  const up = series("pg_up", first)
  return {
    name: "PostgresUnobserved",
    severity: "warning",
    // Without the exporter nothing says pg_up.
    expression: '(pg_up{job="postgres"} or up{job="postgres"}) == 0',
    forSeconds: 300,
    summary: "PostgreSQL on {{ $labels.node }} does not let monitoring in",
    description:
      "It does not run, has no connection left, or refuses the login. Its slots, transactions and size are not watched.",
    tests: {
      fires: { when: "it refuses the login", series: { [up]: changing(1, 10, 0) }, atMinutes: 17 },
      silent: { when: "it restarts", series: { [up]: "1x9 0x2 1x4000" }, atMinutes: 11 },
    },
  }
}

function slotFull({ slotWalBytes }: Database, [first = {}]: Labels[]): Alert {
  const room = (share: number): Series => ({
    [series(slotRoom, slotOf(first))]: steady(share * slotWalBytes),
  })
  const isPrimary = "and on (node) patroni_primary == 1"
  return {
    name: "ReplicationSlotFull",
    severity: "warning",
    // A replica keeps slots for the others too, in case it becomes the primary; nobody reads them.
    expression: `${slotRoom} < ${Math.round(slotRoomShare * slotWalBytes)} ${isPrimary} or ${slotStatus}{wal_status="lost"} ${isPrimary}`,
    forSeconds: 120,
    summary:
      "The primary {{ $labels.node }} keeps hardly more WAL for the slot {{ $labels.slot_name }}",
    description: `It keeps ${formatBytes(slotWalBytes)} for a replica that is away (database.replicationSlotWal); then the replica has to be copied anew.`,
    tests: {
      fires: { when: "a tenth of it is left", series: room(0.1), atMinutes: 5 },
      firesToo: [
        {
          when: "the slot is lost: then no room is told",
          series: {
            [series(slotRoom, slotOf(first))]: null,
            [series(slotStatus, lostSlotOf(first))]: steady(1),
          },
          atMinutes: 5,
        },
      ],
      silent: { when: "half of it is left", series: room(0.5), atMinutes: 20 },
    },
  }
}

function connectionsHigh({ maxConnections }: Database, [first = {}]: Labels[]): Alert {
  // Pools that are full leave all of it.
  const limit = maxConnections - Math.floor(reservedConnections / 2)
  const used = (count: number): Series => ({
    [series("pg_stat_database_numbackends", inShop(first))]: steady(count),
  })
  return {
    name: "PostgresConnectionsHigh",
    severity: "warning",
    expression: `sum by (node) (pg_stat_database_numbackends) > ${limit}`,
    forSeconds: 300,
    summary: "{{ $labels.node }} has {{ $value }} connections",
    description: `Of max_connections = ${maxConnections} the pools leave ${reservedConnections}, and ${superuserReservedConnections} of those are the superuser's: soon Patroni, monitoring or a migration is refused.`,
    tests: {
      fires: { when: "half of the reserve is taken", series: used(limit + 1), atMinutes: 8 },
      silent: {
        when: "all pools are full",
        series: used(maxConnections - reservedConnections),
        atMinutes: 20,
      },
    },
  }
}

function longTransaction([first = {}]: Labels[]): Alert {
  const age = (seconds: number) => ({ [series(oldestTransaction, first)]: steady(seconds) })
  return {
    name: "PostgresLongTransaction",
    severity: "warning",
    expression: `${oldestTransaction} > ${oldTransactionSeconds}`,
    forSeconds: 60,
    summary: "A transaction on {{ $labels.node }} is {{ $value | humanizeDuration }} old",
    description:
      "VACUUM removes nothing that it might still see, so tables grow; on a replica it holds back the replay.",
    tests: {
      fires: {
        when: "one is a minute too old",
        series: age(oldTransactionSeconds + 60),
        atMinutes: 3,
      },
      silent: { when: "one is ten minutes old", series: age(600), atMinutes: 10 },
    },
  }
}

function deadlocks([first = {}]: Labels[]): Alert {
  const each = (perMinute: number) => ({
    [series("pg_stat_database_deadlocks", inShop(first))]: growing(perMinute),
  })
  return {
    name: "PostgresDeadlocks",
    severity: "warning",
    expression: `sum by (node) (increase(pg_stat_database_deadlocks{datname="${shopDatabase}"}[1h])) > ${deadlocksPerHour}`,
    forSeconds: 0,
    summary: "{{ $value | humanize }} deadlocks on {{ $labels.node }} within an hour",
    description: "Two transactions take the same rows in different order; one of each pair fails.",
    tests: {
      fires: { when: "there is one every six minutes", series: each(1 / 6), atMinutes: 70 },
      silent: { when: "there is one every half hour", series: each(1 / 30), atMinutes: 120 },
    },
  }
}

function checkpointsForced([first = {}]: Labels[]): Alert {
  const each = (perMinute: number) => ({
    [series("pg_stat_checkpointer_num_requested_total", first)]: growing(perMinute),
  })
  return {
    name: "PostgresCheckpointsForced",
    severity: "info",
    expression: `increase(pg_stat_checkpointer_num_requested_total[1h]) > ${forcedCheckpointsPerHour}`,
    forSeconds: 0,
    summary:
      "{{ $value | humanize }} checkpoints on {{ $labels.node }} within an hour came too early",
    description:
      "So much is written that max_wal_size is full before checkpoint_timeout: writes are slower than they need be.",
    tests: {
      fires: { when: "there is one every five minutes", series: each(1 / 5), atMinutes: 70 },
      silent: {
        when: "there is one every quarter of an hour",
        series: each(1 / 15),
        atMinutes: 120,
      },
    },
  }
}

/** Against the disk of the hosts, on which WAL has its share. */
function sizeHigh([host]: Host[], members: Labels[]): Alert[] {
  if (host === undefined) return []
  const room = (1 - walShare) * host.diskBytes
  const size = (share: number) =>
    everywhere(members.map(sizeOf), "pg_database_size_bytes", steady(share * room))
  return [
    {
      name: "DatabaseSizeHigh",
      severity: "warning",
      expression: `max(pg_database_size_bytes{datname="${shopDatabase}"}) > ${Math.round(dataShare * room)}`,
      forSeconds: 900,
      summary: "The shop's database has {{ $value | humanize1024 }}B",
      description: `A database host has ${formatBytes(room)} for data; the rest of its disk is for WAL. Larger disks are due.`,
      tests: {
        fires: { when: "nine tenths are used", series: size(0.9), atMinutes: 20 },
        silent: { when: "half is used", series: size(0.5), atMinutes: 30 },
      },
    },
  ]
}

function wraparound([first = {}]: Labels[]): Alert {
  const age = (transactions: number) => ({
    [series(frozenAge, sizeOf(first))]: steady(transactions),
  })
  return {
    name: "PostgresWraparoundNear",
    severity: "warning",
    // Named seconds by the exporter; it counts transactions.
    expression: `max by (node, datname) (${frozenAge}) > ${unfrozenTransactions}`,
    forSeconds: 3600,
    summary:
      "{{ $labels.datname }} on {{ $labels.node }} was not frozen for {{ $value | humanize }} transactions",
    description:
      "Autovacuum begins at 200 million and does not get through. At 2,100 million PostgreSQL takes no writes.",
    tests: {
      fires: { when: "autovacuum does not get through", series: age(600e6), atMinutes: 70 },
      silent: { when: "autovacuum is at work", series: age(220e6), atMinutes: 120 },
    },
  }
}
