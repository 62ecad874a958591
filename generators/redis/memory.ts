import type { ClusterName } from "./clusters.ts"

/** Code, TLS connections and buffers of a process that holds no data, bytes. */
export const processBytes = 16e6

/**
 * What a fork may add, as a share of the data: pages that change while a child
 * writes the append-only file or a copy for a replica. Sessions are written all
 * the time and rewrite their file; a cache forks only for a replica's full copy.
 */
const copyShare: Record<ClusterName, number> = { sessions: 0.5, cache: 0.25 }

/** jemalloc's usual loss; Redis' own alarm for fragmentation is 1.5. */
const fragmentationShare = 0.1

/**
 * `maxmemory` of an instance whose container may use `limitBytes`, bytes:
 * (limit - process) / (1 + copy on write + fragmentation).
 */
export function maxmemoryBytes(cluster: ClusterName, limitBytes: number): number {
  const dataBytes = limitBytes - processBytes
  return Math.floor(dataBytes / (1 + copyShare[cluster] + fragmentationShare))
}

/**
 * `repl-backlog-size`, bytes: 5% of the data, 1 MB at least. A replica that was
 * away for less than this many bytes of writes needs no full copy.
 */
export function backlogBytes(maxmemory: number): number {
  return Math.max(1e6, Math.floor(maxmemory * 0.05))
}

/** Most that may wait for a slow replica before it is cut off, bytes: a quarter of the data. */
export function replicaBufferBytes(maxmemory: number): number {
  return Math.max(8e6, Math.floor(maxmemory * 0.25))
}

/**
 * Memory of all Redis instances of one host when the spec names none, bytes:
 * what the system (`reserveBytes`) and PostgreSQL (`databaseShare` of the host,
 * 0 on hosts without it) leave.
 */
export function redisBudgetBytes(
  hostBytes: number,
  reserveBytes: number,
  databaseShare: number,
): number {
  return Math.max(0, hostBytes * (1 - databaseShare) - reserveBytes)
}

/** Each host runs two members of both clusters, and a cache is worth twice the sessions. */
export function defaultMemoryBytes(cluster: ClusterName, budgetBytes: number): number {
  const shares: Record<ClusterName, number> = { sessions: 1 / 6, cache: 1 / 3 }
  return Math.floor(budgetBytes * shares[cluster])
}
