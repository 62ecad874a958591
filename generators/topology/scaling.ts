import { formatDuration } from "../core/duration.ts"
import type { Fleet } from "../core/fleet.ts"
import { formatBits, formatNumber, markdownTable } from "./table.ts"

/** The section of the README about when which tier has to grow; nothing without triggers. */
export function scalingSection({ scaling }: Fleet): string[] {
  const rows = [
    row("Load balancers", "CPU", scaling.loadBalancerCpu, percent),
    row("Load balancers", "network", scaling.loadBalancerBitsPerSecond, formatBits),
    row("App hosts", "CPU", scaling.appCpu, percent),
    row("App hosts", "memory", scaling.appMemory, percent),
    row("Database primary", "CPU", scaling.databaseCpu, percent),
    row(
      "Database primary",
      "disk",
      scaling.databaseDiskIops,
      (iops) => `${formatNumber(iops)} IOPS`,
    ),
    row("Database replicas", "read latency", scaling.replicaReadLatencySeconds, formatDuration),
    row("Redis", "memory", scaling.redisMemory, percent),
    row("Object storage", "network", scaling.objectStorageBitsPerSecond, formatBits),
  ].flat()
  if (rows.length === 0) return []
  return ["## Scaling triggers", markdownTable(["Tier", "What", "Calls for more above"], rows)]
}

function row(tier: string, what: string, value: number | null, format: (value: number) => string) {
  return value === null ? [] : [[tier, what, format(value)]]
}

function percent(share: number): string {
  return `${formatNumber(share * 100)}%`
}
