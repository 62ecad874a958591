import { hostsOf } from "../../generators/core/roles.ts"
import {
  assumedRows,
  databaseGrowth,
  walShare,
  yearsUntilFull,
} from "../../generators/patroni/data-volume.ts"
import {
  crashSeconds,
  etcdLeaderLossSeconds,
  hostLossSeconds,
  worstFailoverSeconds,
} from "../../generators/patroni/failover.ts"
import { maxWalBytes } from "../../generators/patroni/tuning.ts"
import { poolOf, reservedConnections } from "../../generators/pgbouncer/pool.ts"
import { type Finding, gigabytes, number, type Rule } from "./rule.ts"

/** Below these Patroni corrects the values by itself (`patroni/config.py`). */
const minima = { ttl: 20, loopWait: 1, retryTimeout: 3 }

export const leastRetryTimeoutSeconds = minima.retryTimeout

/** As in `images/postgres/supervise-patroni`: it is done so long before the lease ends. */
const watchdogMarginSeconds = 3
/** HAProxy's checks of Patroni (`database-route.cfg.hbs`): each a second later at most, and 3 s without an answer. */
const twoLostChecksSeconds = 8

/** Time to order a larger disk and move to it, with a season between. */
const leastYears = 1

export const timing: Rule = {
  id: "database/timing",
  reason:
    "A primary that tries again within its rules must not lose its lease (Patroni's own rule).",
  severity: "error",
  check({ database }) {
    if (database === null) return []
    const { ttlSeconds, loopWaitSeconds, retryTimeoutSeconds } = database.failover
    const path = (field: string) => ["database", "failover", field]
    const low = [
      { field: "ttl", seconds: ttlSeconds, least: minima.ttl },
      { field: "loopWait", seconds: loopWaitSeconds, least: minima.loopWait },
      { field: "retryTimeout", seconds: retryTimeoutSeconds, least: minima.retryTimeout },
    ].filter(({ seconds, least }) => seconds < least)
    const findings = low.map(({ field, seconds, least }): Finding => {
      const message = `${number(seconds)} s is less than Patroni accepts; write ${least}s or more`
      return { path: path(field), message }
    })
    const needed = loopWaitSeconds + 2 * retryTimeoutSeconds
    if (ttlSeconds >= needed) return findings
    const message =
      `${number(ttlSeconds)} s is below ${number(loopWaitSeconds)} s loopWait + 2 x ` +
      `${number(retryTimeoutSeconds)} s retryTimeout = ${number(needed)} s; write ${number(needed)}s or more`
    return [...findings, { path: path("ttl"), message }]
  },
}

export const watchdog: Rule = {
  id: "database/watchdog",
  reason:
    "A primary that hangs is ended before its lease is, but only once HAProxy has given it up: two lost checks.",
  severity: "error",
  check({ database }) {
    if (database === null) return []
    const { ttlSeconds, loopWaitSeconds } = database.failover
    const needed = loopWaitSeconds + watchdogMarginSeconds + twoLostChecksSeconds
    if (ttlSeconds >= needed) return []
    const message =
      `${number(ttlSeconds)} s is below ${number(loopWaitSeconds)} s loopWait + ${watchdogMarginSeconds} s of the watchdog + ` +
      `${twoLostChecksSeconds} s for two lost checks = ${number(needed)} s; write ${number(needed)}s or more, or a shorter loopWait`
    return [{ path: ["database", "failover", "ttl"], message }]
  },
}

export const failover: Rule = {
  id: "database/failover",
  reason: "Writes must be back within the promised time, whichever way the primary dies.",
  severity: "error",
  check({ database, objectives }) {
    if (database === null) return []
    const promised = objectives.databaseFailoverSeconds
    const worst = [
      { what: "the primary's host is lost", ...hostLossSeconds(database) },
      { what: "etcd's leader is lost with it", ...etcdLeaderLossSeconds(database) },
      { what: "PostgreSQL crashes and does not recover", ...crashSeconds(database) },
    ].filter(({ seconds }) => seconds > promised)
    return worst.map(({ what, seconds, sum }) => ({
      path: ["objectives", "databaseFailover"],
      message: `${number(promised)} s are promised, but when ${what}: ${sum} = ${number(seconds)} s; write ${number(seconds)}s or more, or a faster database.failover`,
    }))
  },
}

export const pool: Rule = {
  id: "database/pool",
  reason: "All PgBouncers together must fit into one member: reads fall back to the primary.",
  severity: "error",
  check(fleet) {
    const { database } = fleet
    if (database === null) return []
    const one = poolOf(fleet, database)
    const { instances, totalConnections } = one
    const usable = database.maxConnections - reservedConnections
    if (totalConnections <= usable) return []
    const message =
      `${instances} app hosts at most x (${one.writeConnections} write + ${one.readConnections} read + ` +
      `${one.loginConnections} for logins) = ${number(totalConnections)} connections, more than ${number(database.maxConnections)} - ` +
      `${reservedConnections} reserved = ${number(usable)}; ` +
      `write ${totalConnections + reservedConnections} or more, or fewer app hosts`
    return [{ path: ["database", "maxConnections"], message }]
  },
}

export const wal: Rule = {
  id: "database/wal",
  reason: "WAL that nobody took yet must leave the disk to the data.",
  severity: "error",
  check(fleet) {
    const { database } = fleet
    const host = hostsOf(fleet, "database")[0]
    if (database === null || host === undefined) return []
    const checkpoints = maxWalBytes(host.diskBytes)
    const most = walShare * host.diskBytes
    if (checkpoints + database.slotWalBytes <= most) return []
    const message =
      `${gigabytes(checkpoints)} between checkpoints + ${gigabytes(database.slotWalBytes)} kept for ` +
      `replicas = ${gigabytes(checkpoints + database.slotWalBytes)}, more than ${walShare * 100}% of ` +
      `${gigabytes(host.diskBytes)} = ${gigabytes(most)}; write ${gigabytes(most - checkpoints).replace(" ", "")} or less`
    return [{ path: ["database", "replicationSlotWal"], message }]
  },
}

export const disk: Rule = {
  id: "database/disk",
  reason: "A disk that fills within a year is too small on the day it is ordered.",
  severity: "error",
  check({ workload, hosts, database }) {
    const bytes = hosts.find(({ role }) => role === "database")?.diskBytes
    if (database === null || workload.data === null || bytes === undefined) return []
    if (yearsUntilFull(workload.data, bytes) >= leastYears) return []
    const { initialBytes, bytesPerYear } = databaseGrowth(workload.data)
    const needed = initialBytes + leastYears * bytesPerYear
    const message =
      `${gigabytes(initialBytes)} of products and users + ${leastYears} year x ` +
      `${gigabytes(bytesPerYear)} of orders = ${gigabytes(needed)}, more than the ` +
      `${(1 - walShare) * 100}% of ${gigabytes(bytes)} that WAL leaves = ` +
      `${gigabytes(bytes * (1 - walShare))}; write ${Math.ceil(needed / (1 - walShare) / 1e9)}GB or more. ${assumedRows()}`
    return [{ path: ["hosts", "database", "disk"], message }]
  },
}

/** `pgbouncer-guard` lets queries go this long before PgBouncer would drop them. */
const guardMarginSeconds = 5

export const queryWait: Rule = {
  id: "database/query-wait",
  reason: "A query that waits for a new primary must not be given up before it can be there.",
  severity: "error",
  check({ database }) {
    if (database === null) return []
    const { queryWaitTimeoutSeconds } = database.pool
    const worst = worstFailoverSeconds(database)
    const least = Math.ceil(worst) + guardMarginSeconds
    if (queryWaitTimeoutSeconds >= least) return []
    const message =
      `${number(queryWaitTimeoutSeconds)} s, less the ${guardMarginSeconds} s in which the guard gives up first, ` +
      `end before a failover may: ${number(worst)} s at worst; write ${least}s or more`
    return [{ path: ["database", "pool", "queryWaitTimeout"], message }]
  },
}
