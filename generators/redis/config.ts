import type { Fleet } from "../core/fleet.ts"
import { loadTemplate } from "../core/template.ts"
import { generatedHeader } from "../core/yaml.ts"
import type { ClusterName } from "./clusters.ts"
import { backlogBytes, maxmemoryBytes, replicaBufferBytes } from "./memory.ts"

const template = loadTemplate(import.meta.url, "redis.conf.hbs")

/** What makes sessions sessions and a cache a cache. */
const kinds: Record<
  ClusterName,
  { policy: string; persistent: boolean; validityFactor: number; why: string }
> = {
  sessions: {
    policy: "noeviction",
    persistent: true,
    // A replica that lost touch for ten timeouts is too old to be trusted with logins.
    validityFactor: 10,
    why: "never evicted, on disk within a second",
  },
  // An old cache is better than none.
  cache: { policy: "allkeys-lfu", persistent: false, validityFactor: 0, why: "evicted by use" },
}

/** redis.conf of all members of a cluster; address and port are arguments. */
export function redisConfig(fleet: Fleet, redis: NonNullable<Fleet["redis"]>, name: ClusterName) {
  const { policy, persistent, validityFactor } = kinds[name]
  const maxmemory = maxmemoryBytes(name, redis.memoryBytes[name])
  return template({
    header: generatedHeader(fleet.source),
    nodeTimeoutMs: Math.round(redis.nodeTimeoutSeconds * 1000),
    policy,
    persistent,
    validityFactor,
    maxmemoryBytes: maxmemory,
    backlogBytes: backlogBytes(maxmemory),
    replicaBufferBytes: replicaBufferBytes(maxmemory),
  })
}

/** In a few words what a cluster promises about its keys. */
export function promiseOf(name: ClusterName): string {
  return kinds[name].why
}

/** Whether a cluster may start anew empty when both copies of a shard are gone. */
export function isDisposable(name: ClusterName): boolean {
  return !kinds[name].persistent
}
