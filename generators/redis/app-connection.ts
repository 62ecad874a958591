import type { Fleet } from "../core/fleet.ts"
import { addressOf, type ClusterName, membersOf } from "./clusters.ts"

/** What the app's tasks have to be given to use Redis; nothing where there is none. */
export function redisConnection(fleet: Fleet): {
  environment: Record<string, string>
  secrets: string[]
} {
  if (fleet.redis === null) return { environment: {}, secrets: [] }
  // All members of both clusters: a client finds the masters through any that answers.
  const seeds = (cluster: ClusterName) => membersOf(fleet, cluster).map(addressOf).join(",")
  return {
    environment: { REDIS_SESSIONS: seeds("sessions"), REDIS_CACHE: seeds("cache") },
    secrets: ["internal_ca", "redis_app_password"],
  }
}
