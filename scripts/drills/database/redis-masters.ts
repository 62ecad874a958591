import { type FleetHost, hostsOf } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { waitFor } from "../../io/clock.ts"
import { Failure } from "../../io/failure.ts"
import type { DrillContext } from "../drill.ts"
import { inHost, taskContainer } from "../fleet-access.ts"

/** The two Redis Clusters; both have three masters. */
export const redisClusters = ["sessions", "cache"] as const

export type RedisCluster = (typeof redisClusters)[number]

/** Ports of a host's two members: a shard's primary, and another's secondary (`generators/redis/clusters.ts`). */
const ports: Record<RedisCluster, { primary: number; secondary: number }> = {
  sessions: { primary: 6379, secondary: 6381 },
  cache: { primary: 6380, secondary: 6382 },
}

/** How long the members that live and the reconciler may take to have a master on each host again. */
export const spreadSeconds = 120

/** Addresses (`host:port`) of the masters that live, by what `CLUSTER NODES` printed. */
export function liveMasters(clusterNodes: string): string[] {
  return clusterNodes.split("\n").flatMap((line) => {
    const [, address = "", flags = ""] = line.split(" ")
    const [at = ""] = address.split("@")
    const lives = flags.split(",").includes("master") && !flags.includes("fail")
    return lives ? [at] : []
  })
}

/** How many of the masters each host has. */
export function mastersOn(hosts: FleetHost[], masters: string[]): number[] {
  return hosts.map(
    ({ privateAddress }) => masters.filter((at) => at.split(":")[0] === privateAddress).length,
  )
}

/**
 * Number of the member that is a host's master, 1 to 6: the secondary of each
 * shard runs on the host of the next one's primary. Undefined when it has none.
 */
export function masterMember(
  cluster: RedisCluster,
  hosts: FleetHost[],
  host: FleetHost,
  masters: string[],
): number | undefined {
  const index = hosts.indexOf(host)
  const has = (port: number) => masters.includes(`${host.privateAddress}:${port}`)
  if (has(ports[cluster].primary)) return index + 1
  const shard = (index + hosts.length - 1) % hosts.length
  return has(ports[cluster].secondary) ? hosts.length + shard + 1 : undefined
}

/** Hosts of Redis in this box. */
export const redisHosts = ({ fleet }: DrillContext) => hostsOf(fleet, "database")

/** Swarm name of a member's service. */
export function redisMember(cluster: RedisCluster, number: number): string {
  return `${stackName}_redis-${cluster}-${number}`
}

/** The masters of a cluster that live, as a member that lives itself sees them. */
export async function mastersOf(context: DrillContext, cluster: RedisCluster): Promise<string[]> {
  for (const [index, { name, privateAddress }] of redisHosts(context).entries()) {
    const id = await taskContainer(context, name, redisMember(cluster, index + 1)).catch(() => "")
    if (id === "") continue
    const at = `${privateAddress}:${ports[cluster].primary}`
    const ask = ["/usr/local/libexec/redis-command", at, "cluster", "nodes"]
    const { exitCode, stdout } = await inHost(context, name, ["docker", "exec", id, ...ask])
    if (exitCode === 0) return liveMasters(stdout)
  }
  throw new Failure(`no member of the ${cluster} cluster answers`)
}

/** How many masters of each cluster every host has: those of one cluster after those of the other. */
export async function allMastersByHost(context: DrillContext): Promise<number[]> {
  const masters = await Promise.all(redisClusters.map((cluster) => mastersOf(context, cluster)))
  return masters.flatMap((some) => mastersOn(redisHosts(context), some))
}

/** Waits until each host has one master of each cluster: every member is there and has its copy. */
export async function awaitSpread(context: DrillContext): Promise<void> {
  const options = { deadlineSeconds: spreadSeconds * 2, intervalMs: 1000 }
  await waitFor("three hosts to have a master of each Redis Cluster", options, async () => {
    const counts = await allMastersByHost(context)
    if (counts.every((count) => count === 1)) return true
    throw new Failure(`masters of ${redisClusters.join(", then ")} by host: ${counts.join(" ")}`)
  })
}
