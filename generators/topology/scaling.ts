import { formatDuration } from "../core/duration.ts"
import type { Fleet } from "../core/fleet.ts"
import { formatBits, formatIops, formatPercent, markdownTable } from "./table.ts"

/** The section of the README about when which tier has to grow; nothing without triggers. */
export function scalingSection({ scaling }: Fleet): string[] {
  const rows = [
    row("Load balancers", "CPU", scaling.loadBalancerCpu, formatPercent),
    row("Load balancers", "network", scaling.loadBalancerBitsPerSecond, formatBits),
    row("App hosts", "CPU", scaling.appCpu, formatPercent),
    row("App hosts", "memory", scaling.appMemory, formatPercent),
    row("Database primary", "CPU", scaling.databaseCpu, formatPercent),
    row("Database primary", "disk", scaling.databaseDiskIops, formatIops),
    row("Database replicas", "read latency", scaling.replicaReadLatencySeconds, formatDuration),
    row("Redis", "memory", scaling.redisMemory, formatPercent),
    row("Object storage", "network", scaling.objectStorageBitsPerSecond, formatBits),
  ].flat()
  if (rows.length === 0) return []
  return ["## Scaling triggers", markdownTable(["Tier", "What", "Calls for more above"], rows)]
}

function row(tier: string, what: string, value: number | null, format: (value: number) => string) {
  return value === null ? [] : [[tier, what, format(value)]]
}
