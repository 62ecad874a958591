import { describe, expect, test } from "vitest"
import type { Database } from "../environment.ts"
import { disk, failover, pool, queryWait, timing, wal, watchdog } from "./database.ts"
import type { Rule } from "./rule.ts"
import { verdict } from "./rule-bench.ts"

function about(rule: Rule, database: Database, change: Parameters<typeof verdict>[1] = () => {}) {
  return verdict(rule, (spec) => {
    spec.database = { maxConnections: 400, ...database }
    change(spec)
  })
}

const rules = [timing, watchdog, failover, pool, wal, disk, queryWait]

test.each(rules)("$id: without a database, and with all defaults, nothing is found", (rule) => {
  expect(verdict(rule)).toEqual([])
  expect(about(rule, {})).toEqual([])
})

describe("database/timing", () => {
  test("the lease outlasts a look and two rounds of trying again, exactly", () => {
    expect(about(timing, { failover: { ttl: "21s", loopWait: "5s", retryTimeout: "8s" } })).toEqual(
      [],
    )
    expect(about(timing, { failover: { ttl: "20s", loopWait: "5s", retryTimeout: "8s" } })).toEqual(
      [
        "database.failover.ttl: 20 s is below 5 s loopWait + 2 x 8 s retryTimeout = 21 s; write 21s or more",
      ],
    )
  })

  test("what Patroni would correct by itself is refused", () => {
    expect(about(timing, { failover: { ttl: "10s", retryTimeout: "2s" } })).toEqual([
      "database.failover.ttl: 10 s is less than Patroni accepts; write 20s or more",
      "database.failover.retryTimeout: 2 s is less than Patroni accepts; write 3s or more",
    ])
  })
})

test("database/watchdog: it acts after HAProxy and before the lease ends", () => {
  expect(about(watchdog, { failover: { ttl: "20s", loopWait: "9s" } })).toEqual([])
  expect(about(watchdog, { failover: { ttl: "20s", loopWait: "10s" } })).toEqual([
    "database.failover.ttl: 20 s is below 10 s loopWait + 3 s of the watchdog + 8 s for two lost checks = 21 s; write 21s or more, or a shorter loopWait",
  ])
})

test("database/failover: each way to lose the primary has its arithmetic", () => {
  const promise =
    (databaseFailover: string) =>
    (
      spec: Parameters<typeof verdict>[1] extends ((spec: infer Spec) => void) | undefined
        ? Spec
        : never,
    ) => {
      spec.objectives.databaseFailover = databaseFailover
    }
  expect(about(failover, {}, promise("29s"))).toEqual([])
  const after =
    "20 s ttl + 0.5 s until etcd notices + 2 s race + 2 s promotion + 1 s in HAProxy + 0.5 s in the guard"
  expect(about(failover, {}, promise("25s"))).toEqual([
    `objectives.databaseFailover: 25 s are promised, but when the primary's host is lost: ${after} = 26 s; ` +
      "write 26s or more, or a faster database.failover",
    "objectives.databaseFailover: 25 s are promised, but when etcd's leader is lost with it: " +
      `2 s to elect etcd's leader + 1 s that it adds to every lease + ${after} = 29 s; ` +
      "write 29s or more, or a faster database.failover",
    "objectives.databaseFailover: 25 s are promised, but when PostgreSQL crashes and does not recover: " +
      "10 s for two rounds of loopWait + 15 s to recover + 2 s promotion + 1 s in HAProxy + " +
      "0.5 s in the guard = 28.5 s; write 28.5s or more, or a faster database.failover",
  ])
})

describe("database/pool", () => {
  test("the hosts of a flash sale count, and both routes", () => {
    expect(about(pool, { maxConnections: 180 })).toEqual([])
    expect(about(pool, { maxConnections: 179 })).toEqual([
      "database.maxConnections: 50 app hosts at most x (1 write + 1 read + 1 for logins) = 150 " +
        "connections, more than 179 - 30 reserved = 149; write 180 or more, or fewer app hosts",
    ])
  })

  test("pools that people write are held to the same sum", () => {
    const written = { writeConnections: 5, readConnections: 3 }
    expect(about(pool, { maxConnections: 480, pool: written })).toEqual([])
    expect(about(pool, { maxConnections: 479, pool: written })).toEqual([
      expect.stringContaining("50 app hosts at most x (5 write + 3 read + 1 for logins) = 450"),
    ])
  })
})

test("database/disk: a year of the seed's orders fits, on a disk that WAL shares", () => {
  const onDisk = (size: string) =>
    about(disk, {}, (spec) => {
      spec.hosts.database.disk = size
      spec.workload.data = {
        products: 100_000,
        users: 500_000,
        ordersPerDay: 10_000,
        images: "50GB",
      }
    })
  expect(onDisk("500GB")).toEqual([])
  expect(onDisk("40GB")).toEqual([])
  expect(onDisk("39GB")).toEqual([
    "hosts.database.disk: 1.6 GB of products and users + 1 year x 21.9 GB of orders = 23.5 GB, " +
      "more than the 60% of 39 GB that WAL leaves = 23.4 GB; write 40GB or more. " +
      "Assumed, not measured: 6 kB for a product, 2 kB for a user, 6 kB for an order.",
  ])
})

test("database/wal: a tenth of the disk for checkpoints, and what replicas may hold back", () => {
  expect(about(wal, { replicationSlotWal: "182GB" })).toEqual([])
  expect(about(wal, { replicationSlotWal: "190GB" })).toEqual([
    "database.replicationSlotWal: 17.18 GB between checkpoints + 190 GB kept for replicas = " +
      "207.18 GB, more than 40% of 500 GB = 200 GB; write 182.82GB or less",
  ])
})

test("database/query-wait: a query outlasts the slowest failover", () => {
  expect(about(queryWait, { pool: { queryWaitTimeout: "34s" } })).toEqual([])
  expect(about(queryWait, { pool: { queryWaitTimeout: "33s" } })).toEqual([
    "database.pool.queryWaitTimeout: 33 s, less the 5 s in which the guard gives up first, " +
      "end before a failover may: 29 s at worst; write 34s or more",
  ])
})
