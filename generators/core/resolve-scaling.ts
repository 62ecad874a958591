import type { Scaling as ScalingSpec } from "../../schema/environment.ts"
import { parseBandwidth, parseDurationSeconds, parsePercent } from "../../schema/quantity.ts"
import type { Scaling } from "./fleet.ts"

/** The triggers in numbers; null for each that the spec leaves out. */
export function resolveScaling(written: ScalingSpec = {}): Scaling {
  return {
    loadBalancerCpu: parsed(written.loadBalancerCpu, parsePercent),
    loadBalancerBitsPerSecond: parsed(written.loadBalancerBandwidth, parseBandwidth),
    appCpu: parsed(written.appCpu, parsePercent),
    appMemory: parsed(written.appMemory, parsePercent),
    databaseCpu: parsed(written.databaseCpu, parsePercent),
    databaseDiskIops: written.databaseDiskIops ?? null,
    replicaReadLatencySeconds: parsed(written.replicaReadLatency, parseDurationSeconds),
    redisMemory: parsed(written.redisMemory, parsePercent),
    objectStorageBitsPerSecond: parsed(written.objectStorageBandwidth, parseBandwidth),
  }
}

function parsed(text: string | undefined, parse: (text: string) => number): number | null {
  return text === undefined ? null : parse(text)
}
