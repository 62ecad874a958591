import type { EnvironmentSpec } from "../../schema/environment.ts"
import { parseBytes, parseDurationSeconds } from "../../schema/quantity.ts"
import type { Database, Fleet } from "./fleet.ts"

/** Memory a host keeps for its system and Docker daemon. */
export const hostReserveBytes = 0.25e9

/** Share of the disk that WAL for an absent replica may fill. */
const slotWalShare = 0.2

/** The data tier with every default of `schema/environment.ts`; null when none is declared. */
export function resolveDatabase(spec: EnvironmentSpec, redis: Fleet["redis"]): Database | null {
  const { database, hosts } = spec
  if (database === undefined) return null
  const { failover, pool } = database
  const memory = database.memory
  const slotWal = database.replicationSlotWal
  return {
    version: database.version ?? 17,
    replication: database.replication ?? "async",
    maxConnections: database.maxConnections ?? 200,
    memoryBytes: memory === undefined ? memoryLeft(spec, redis) : parseBytes(memory),
    slotWalBytes:
      slotWal === undefined ? parseBytes(hosts.database.disk) * slotWalShare : parseBytes(slotWal),
    maxReplicaLagBytes: parseBytes(database.maxReplicaLag ?? "16MB"),
    failover: {
      ttlSeconds: parseDurationSeconds(failover?.ttl ?? "20s"),
      loopWaitSeconds: parseDurationSeconds(failover?.loopWait ?? "5s"),
      retryTimeoutSeconds: parseDurationSeconds(failover?.retryTimeout ?? "5s"),
    },
    pool: {
      writeConnections: pool?.writeConnections ?? null,
      readConnections: pool?.readConnections ?? null,
      queryWaitTimeoutSeconds: parseDurationSeconds(pool?.queryWaitTimeout ?? "60s"),
    },
  }
}

/**
 * Memory of a database host that its system and Redis leave, where Redis shares
 * it: a primary and a replica of both clusters. Never below zero.
 */
function memoryLeft({ hosts }: EnvironmentSpec, redis: Fleet["redis"]): number {
  const shared = hosts.redis === undefined && redis !== null
  const redisBytes = shared ? 2 * (redis.memoryBytes.sessions + redis.memoryBytes.cache) : 0
  return Math.max(parseBytes(hosts.database.memory) - hostReserveBytes - redisBytes, 0)
}
