import type { Fleet } from "../../generators/core/fleet.ts"
import { hostsOf } from "../../generators/core/roles.ts"
import { etcdMemoryBytes } from "../../generators/etcd/service.ts"
import { type Finding, gigabytes, hostReserveBytes, number, type Rule } from "./rule.ts"

export const reservations: Rule = {
  id: "hosts/reservations",
  reason: "What runs on a host must fit the host, or Swarm leaves tasks pending.",
  severity: "error",
  check(fleet) {
    return [
      ...findAppOverload(fleet),
      ...findManagerOverload(fleet),
      ...findDatabaseOverload(fleet),
      ...findRedisOverload(fleet),
    ]
  },
}

function findAppOverload(fleet: Fleet): Finding[] {
  const hosts = hostsOf(fleet, "app")
  const host = hosts[0]
  if (host === undefined) return []
  const { replicas, cpu, memoryBytes } = fleet.app
  const tasks = Math.ceil(replicas / hosts.length)
  const spread = `${replicas} tasks on ${hosts.length} hosts are ${tasks} a host`
  const findings: Finding[] = []
  if (tasks * cpu > host.vcpu + 1e-9) {
    const message =
      `${spread}: ${tasks} x ${number(cpu)} = ${number(tasks * cpu)} CPU, more than the ` +
      `${host.vcpu} vCPU of a host; write ${number(Math.floor((host.vcpu / tasks) * 100) / 100)} or less`
    findings.push({ path: ["app", "resources", "cpu"], message })
  }
  const needed = tasks * memoryBytes + hostReserveBytes
  if (needed > host.memoryBytes) {
    const message =
      `${spread}: ${tasks} x ${gigabytes(memoryBytes)} + ${gigabytes(hostReserveBytes)} for the ` +
      `host itself = ${gigabytes(needed)}, more than the ${gigabytes(host.memoryBytes)} of a host; ` +
      "write less, fewer replicas, or larger hosts"
    findings.push({ path: ["app", "resources", "memory"], message })
  }
  return findings
}

function findManagerOverload(fleet: Fleet): Finding[] {
  const host = hostsOf(fleet, "manager")[0]
  const needed = etcdMemoryBytes + hostReserveBytes
  if (fleet.database === null || host === undefined || needed <= host.memoryBytes) return []
  const message =
    `${gigabytes(etcdMemoryBytes)} for etcd + ${gigabytes(hostReserveBytes)} for the host itself = ` +
    `${gigabytes(needed)}, more than the ${gigabytes(host.memoryBytes)} of a host; ` +
    `write ${needed / 1e6}MB or more`
  return [{ path: ["hosts", "manager", "memory"], message }]
}

/** The least a member can work with: its processes, some caches, and Patroni beside them. */
const leastDatabaseBytes = 0.25e9

function findDatabaseOverload(fleet: Fleet): Finding[] {
  const host = hostsOf(fleet, "database")[0]
  const memoryBytes = fleet.database?.memoryBytes
  if (host === undefined || memoryBytes === undefined) return []
  const path = ["database", "memory"]
  if (memoryBytes < leastDatabaseBytes) {
    const message = `leaves a member ${gigabytes(memoryBytes)}; write 250MB or more, or larger hosts`
    return [{ path, message }]
  }
  // Beside Redis the sum is reported there.
  const needed = memoryBytes + hostReserveBytes
  if (needed <= host.memoryBytes || (fleet.redis !== null && fleet.redisRole === "database")) {
    return []
  }
  const message =
    `${gigabytes(memoryBytes)} + ${gigabytes(hostReserveBytes)} for the host itself = ` +
    `${gigabytes(needed)}, more than the ${gigabytes(host.memoryBytes)} of a host; ` +
    `write ${gigabytes(host.memoryBytes - hostReserveBytes).replace(" ", "")} or less`
  return [{ path, message }]
}

function findRedisOverload(fleet: Fleet): Finding[] {
  const host = hostsOf(fleet, fleet.redisRole)[0]
  if (fleet.redis === null || host === undefined) return []
  const { sessions: session, cache } = fleet.redis.memoryBytes
  const isShared = fleet.redisRole === "database"
  const database = isShared ? (fleet.database?.memoryBytes ?? 0) : 0
  const needed = 2 * (session + cache) + database + hostReserveBytes
  if (needed <= host.memoryBytes) return []
  const message =
    `a primary and a replica of both on each host: 2 x (${gigabytes(session)} + ` +
    `${gigabytes(cache)})${database > 0 ? ` + ${gigabytes(database)} for PostgreSQL` : ""} + ` +
    `${gigabytes(hostReserveBytes)} for the host itself = ${gigabytes(needed)}, more than the ` +
    `${gigabytes(host.memoryBytes)} of a ${fleet.redisRole} host; write less or larger hosts`
  return [{ path: ["redis", "cacheMemory"], message }]
}
