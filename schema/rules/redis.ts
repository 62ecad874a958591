import { hostsOf } from "../../generators/core/roles.ts"
import { shardCount } from "../../generators/redis/clusters.ts"
import { worstFailoverSeconds } from "../../generators/redis/failover.ts"
import { processBytes } from "../../generators/redis/memory.ts"
import { type Finding, number, type Rule } from "./rule.ts"

export const redisHosts: Rule = {
  id: "redis/hosts",
  reason:
    "A Redis Cluster needs three masters on three hosts: fewer have no majority after a loss.",
  severity: "error",
  check(fleet) {
    if (fleet.redis === null) return []
    const count = hostsOf(fleet, fleet.redisRole).length
    const path = ["hosts", fleet.redisRole, "count"]
    if (count < shardCount) {
      const message = `${count} hosts for ${shardCount} masters that must not share one; write ${shardCount}`
      return [{ path, message }]
    }
    if (count === shardCount || fleet.redisRole === "database") return []
    const message = `${count} hosts, of which ${count - shardCount} would run nothing; write ${shardCount}`
    return [{ path, message }]
  },
}

/** Below this the process itself and one client's answer leave no room for data. */
const leastDataBytes = 8e6

export const redisMemory: Rule = {
  id: "redis/memory",
  reason: "An instance needs memory for itself before it can hold anything.",
  severity: "error",
  check({ redis }) {
    if (redis === null) return []
    const least = processBytes + leastDataBytes
    const fields = { sessions: "sessionMemory", cache: "cacheMemory" } as const
    return (["sessions", "cache"] as const).flatMap((cluster): Finding[] => {
      const bytes = redis.memoryBytes[cluster]
      if (bytes >= least) return []
      const message =
        `${number(bytes / 1e6)} MB, of which the process takes ${number(processBytes / 1e6)} MB; ` +
        `write ${number(least / 1e6)}MB or more`
      return [{ path: ["redis", fields[cluster]], message }]
    })
  },
}

export const redisFailover: Rule = {
  id: "redis/failover",
  reason: "The others must suspect a dead master early enough to replace it within the objective.",
  severity: "error",
  check({ redis, objectives }) {
    if (redis === null) return []
    const worst = worstFailoverSeconds(redis.nodeTimeoutSeconds)
    if (worst <= objectives.redisFailoverSeconds) return []
    const message =
      `1.5 x ${number(redis.nodeTimeoutSeconds)} s until a majority agrees + 1.1 s to elect = ` +
      `${number(worst)} s, more than the ${number(objectives.redisFailoverSeconds)} s of ` +
      `objectives.redisFailover; write ${number(Math.floor(((objectives.redisFailoverSeconds - 1.1) / 1.5) * 10) / 10)}s or less`
    return [{ path: ["redis", "nodeTimeout"], message }]
  },
}
