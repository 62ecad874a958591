import type { EnvironmentSpec } from "../../schema/environment.ts"
import { parseBytes, parseDurationSeconds } from "../../schema/quantity.ts"
import { defaultMemoryBytes, redisBudgetBytes } from "../redis/memory.ts"
import type { Fleet } from "./fleet.ts"
import { hostReserveBytes } from "./resolve-database.ts"

/** What PostgreSQL may use of a host it shares with Redis: buffers, backends and its files' cache. */
const databaseShare = 0.6

/** Both clusters with every default filled; null when none is declared. */
export function resolveRedis({ hosts, redis }: EnvironmentSpec): Fleet["redis"] {
  if (redis === undefined) return null
  const hostBytes = parseBytes((hosts.redis ?? hosts.database).memory)
  const budget = redisBudgetBytes(
    hostBytes,
    hostReserveBytes,
    hosts.redis === undefined ? databaseShare : 0,
  )
  const memory = (cluster: "sessions" | "cache", written: string | undefined) =>
    written === undefined ? defaultMemoryBytes(cluster, budget) : parseBytes(written)
  return {
    nodeTimeoutSeconds: parseDurationSeconds(redis.nodeTimeout ?? "5s"),
    memoryBytes: {
      sessions: memory("sessions", redis.sessionMemory),
      cache: memory("cache", redis.cacheMemory),
    },
  }
}
