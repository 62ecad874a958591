import type { Fleet, Host } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"

/** The two Redis Clusters; one evicts, the other never may. */
export const clusterNames = ["sessions", "cache"] as const

export type ClusterName = (typeof clusterNames)[number]

/** Masters of each cluster; a majority of them must live for a failover. */
export const shardCount = 3

/** Client ports: the seed's for the first member of a host, the next two for its second. */
const ports: Record<ClusterName, { primary: number; secondary: number }> = {
  sessions: { primary: 6379, secondary: 6381 },
  cache: { primary: 6380, secondary: 6382 },
}

/** The cluster bus listens this far above the client port; Redis' own convention. */
export const busPortOffset = 10_000

/** Keys that the app may use in a cluster begin with `<prefix>:`. */
export const keyPrefixes: Record<ClusterName, string> = { sessions: "session", cache: "cache" }

/** One redis-server, pinned to its host for as long as its data lives there. */
export interface Member {
  cluster: ClusterName
  /** 1 to 3 are the primaries, 4 to 6 the secondaries of the shards in the same order. */
  number: number
  host: Host
  port: number
}

/** One third of the slots: two members on different hosts, of which one is the master. */
export interface Shard {
  primary: Member
  secondary: Member
}

/**
 * The shards of a cluster. The secondary of each lives on the host of the next
 * shard's primary, so the masters are on three hosts exactly when all of them
 * are primaries or all are secondaries. Fewer than three hosts give no shards;
 * the rule `redis/hosts` reports it.
 */
export function shardsOf(fleet: Fleet, cluster: ClusterName): Shard[] {
  const hosts = hostsOf(fleet, fleet.redisRole).slice(0, shardCount)
  if (hosts.length < shardCount) return []
  return hosts.map((host, index) => {
    const next = hosts[(index + 1) % shardCount] ?? host
    const { primary, secondary } = ports[cluster]
    return {
      primary: { cluster, number: index + 1, host, port: primary },
      secondary: { cluster, number: shardCount + index + 1, host: next, port: secondary },
    }
  })
}

/** The six members of a cluster by number. */
export function membersOf(fleet: Fleet, cluster: ClusterName): Member[] {
  const shards = shardsOf(fleet, cluster)
  return [...shards.map((shard) => shard.primary), ...shards.map((shard) => shard.secondary)]
}

/** `address:port` of a member, as clients and the other members reach it. */
export function addressOf({ host, port }: Member): string {
  return `${host.privateAddress}:${port}`
}

/** Every client port of Redis, in order. */
export const clientPorts = clusterNames
  .flatMap((cluster) => [ports[cluster].primary, ports[cluster].secondary])
  .toSorted((a, b) => a - b)
