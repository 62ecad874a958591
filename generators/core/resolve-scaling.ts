import type { Scaling as ScalingSpec } from "../../schema/environment.ts"
import { parseDurationSeconds, parsePercent } from "../../schema/quantity.ts"
import type { Scaling } from "./fleet.ts"

/** The triggers in numbers; null for each that the spec leaves out. */
export function resolveScaling(written: ScalingSpec = {}): Scaling {
  return {
    loadBalancerCpu: parsed(written.loadBalancerCpu, parsePercent),
    appCpu: parsed(written.appCpu, parsePercent),
    appMemory: parsed(written.appMemory, parsePercent),
    databaseCpu: parsed(written.databaseCpu, parsePercent),
    replicaReadLatencySeconds: parsed(written.replicaReadLatency, parseDurationSeconds),
    redisMemory: parsed(written.redisMemory, parsePercent),
  }
}

function parsed(text: string | undefined, parse: (text: string) => number): number | null {
  return text === undefined ? null : parse(text)
}
