import { setTimeout as delay } from "node:timers/promises"
import { Failure } from "../io/failure.ts"
import { fleetStatus } from "../status.ts"
import type { DrillContext } from "./drill.ts"
import { awaitHealthy } from "./fleet-access.ts"
import { startLoad } from "./load.ts"
import { type LoadSummary, summarise } from "./outage.ts"
import { openWorkbench, type Workbench } from "./workbench.ts"

/** Requests a second that a drill of a change runs under, unless it says otherwise. */
export const ratePerSecond = 100

/** How long the load runs before and after the change. */
const marginMs = 2000

/**
 * Runs `body` with a copy of the repository, the fleet healthy before, and
 * after it, whatever happened, on the copy's first commit again. `overrides` are
 * the guard rules that stand against the way back.
 */
export async function withWorkbench<T>(
  context: DrillContext,
  body: (bench: Workbench) => Promise<T>,
  overrides: readonly string[] = [],
): Promise<T> {
  await awaitHealthy(context)
  const bench = await openWorkbench(context.repository, context.fleet.environment)
  try {
    return await body(bench)
  } finally {
    await putBack(context, bench, overrides)
    bench.remove()
  }
}

async function putBack(
  context: DrillContext,
  bench: Workbench,
  overrides: readonly string[],
): Promise<void> {
  await bench.reset()
  const flags = ["--break-lock", ...overrides.flatMap((rule) => ["--override", rule])]
  const result = await bench.quickcart("apply", bench.environment, ...flags)
  if (result.exitCode !== 0) throw new Failure(`could not put the fleet back: ${result.stderr}`)
  await awaitHealthy(context)
}

interface Load {
  /** Longest time that it goes on. */
  seconds?: number
  /** Requests a second. */
  rate?: number
}

/** Half of the visitors open a connection for each request, half keep theirs. */
export async function underLoad(
  context: DrillContext,
  body: () => Promise<void>,
  { seconds = 300, rate = ratePerSecond }: Load = {},
): Promise<LoadSummary> {
  const options = {
    path: "/api/products",
    ratePerSecond: rate / 2,
    seconds,
    timeoutMs: 10_000,
  }
  const loads = await Promise.all(
    [false, true].map((keepAlive) =>
      startLoad(context.fleet, context.state, { ...options, keepAlive }),
    ),
  )
  try {
    await delay(marginMs)
    await body()
    await delay(marginMs)
  } finally {
    await Promise.all(loads.map((load) => load.stop().catch(() => [])))
  }
  const samples = (await Promise.all(loads.map((load) => load.stop()))).flat()
  const summary = summarise(samples, rate)
  context.report(
    `${summary.failed} of ${summary.requests} failed ${JSON.stringify(summary.failures)}, p99 ${summary.latencyMs.p99} ms, longest silence ${summary.outageMs} ms`,
  )
  return summary
}

/** Applies the copy's commit; an apply that fails ends the drill. */
export async function mustApply(bench: Workbench, ...flags: string[]) {
  const result = await bench.quickcart("apply", bench.environment, ...flags)
  if (result.exitCode !== 0) throw new Error(`apply failed: ${result.stderr}`)
  return result
}

/** Live definition of each service, by name. */
export async function specHashes(context: DrillContext): Promise<Map<string, string>> {
  const status = await fleetStatus(context.fleet, context.state)
  return new Map(status.services.map((service) => [service.name, service.specHash]))
}

/** How many entries of `before` are not the same in `after`. */
export function difference(before: Map<string, string>, after: Map<string, string>): number {
  return [...before].filter(([key, value]) => after.get(key) !== value).length
}
