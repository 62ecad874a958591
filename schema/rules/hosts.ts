import type { Fleet } from "../../generators/core/fleet.ts"
import { hostsOf } from "../../generators/core/roles.ts"
import { type Finding, gigabytes, hostReserveBytes, number, type Rule } from "./rule.ts"

/** PostgreSQL's share of its host's memory that Redis cannot have: `shared_buffers`. */
const sharedBuffersShare = 0.25

export const reservations: Rule = {
  id: "hosts/reservations",
  reason: "What runs on a host must fit the host, or Swarm leaves tasks pending.",
  severity: "error",
  check(fleet) {
    return [...findAppOverload(fleet), ...findRedisOverload(fleet)]
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

function findRedisOverload(fleet: Fleet): Finding[] {
  const host = hostsOf(fleet, fleet.redisRole)[0]
  if (fleet.redis === null || host === undefined) return []
  const { sessions: session, cache } = fleet.redis.memoryBytes
  const isShared = fleet.redisRole === "database"
  const buffers = isShared ? host.memoryBytes * sharedBuffersShare : 0
  const needed = 2 * (session + cache) + buffers + hostReserveBytes
  if (needed <= host.memoryBytes) return []
  const message =
    `a primary and a replica of both on each host: 2 x (${gigabytes(session)} + ` +
    `${gigabytes(cache)})${isShared ? ` + ${gigabytes(buffers)} for PostgreSQL` : ""} + ` +
    `${gigabytes(hostReserveBytes)} for the host itself = ${gigabytes(needed)}, more than the ` +
    `${gigabytes(host.memoryBytes)} of a ${fleet.redisRole} host; write less or larger hosts`
  return [{ path: ["redis", "cacheMemory"], message }]
}
