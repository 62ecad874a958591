import { Failure } from "../../io/failure.ts"
import type { DrillContext } from "../drill.ts"
import { awaitHealthy } from "../fleet-access.ts"
import { fillCarts, startLoad } from "../load.ts"
import { type LoadSummary, summarise } from "../outage.ts"
import { atMost, type Bound, type Measured } from "../report.ts"
import { underLoad } from "../under-load.ts"
import { awaitDatabase, rotateSecret } from "./members.ts"
import { awaitSpread } from "./redis-masters.ts"
import { alwaysBounds, type Experience, sum, underProbe } from "./under-probe.ts"

/**
 * What this box carries while it replaces tasks: at 100 requests a second the machine's two
 * processors were busy with nothing but waiting processes, and answers took 7 s.
 */
export const ratePerSecond = 20
const cartsPerSecond = 5

/** What clients of the shop and of the database went through while a secret was rotated. */
export interface Rotation {
  secret: string
  seconds: number
  experience: Experience
  load: LoadSummary
  /** Visitors who fill carts, in Redis; only where it was asked for. */
  carts?: LoadSummary
}

interface Options {
  /** Longer than the rotation takes: clients end by themselves then. */
  longestSeconds: number
  /** Visitors fill carts too. */
  carts?: true
}

/** Rotates a secret by the command a person uses, under writes, reads and visitors. */
export async function rotateUnderClients(
  context: DrillContext,
  secret: string,
  { longestSeconds, carts }: Options,
): Promise<Rotation> {
  await awaitHealthy(context)
  await awaitDatabase(context)
  if (carts === true) await awaitSpread(context)
  const seen: Partial<Rotation> = {}
  const rotation = async () => {
    seen.seconds = await rotateSecret(context, secret)
  }
  const withCarts = async () => {
    seen.carts = await underCarts(context, longestSeconds, rotation)
  }
  const experience = await underProbe(
    context,
    async () => {
      const load = { seconds: longestSeconds, rate: ratePerSecond }
      seen.load = await underLoad(context, carts === true ? withCarts : rotation, load)
      return undefined
    },
    longestSeconds,
  )
  const { seconds, load } = seen
  if (seconds === undefined || load === undefined) throw new Failure("there was no load")
  return { secret, seconds, experience, load, ...(seen.carts ? { carts: seen.carts } : {}) }
}

async function underCarts(
  context: DrillContext,
  seconds: number,
  body: () => Promise<void>,
): Promise<LoadSummary> {
  const load = await startLoad(context.fleet, context.state, {
    ...fillCarts,
    ratePerSecond: cartsPerSecond,
    seconds,
    timeoutMs: 10_000,
  })
  try {
    await body()
  } finally {
    await load.stop().catch(() => [])
  }
  const summary = summarise(await load.stop(), cartsPerSecond)
  context.report(
    `carts: ${summary.failed} of ${summary.requests} failed ${JSON.stringify(summary.failures)}`,
  )
  return summary
}

/** Nobody may notice a rotation. */
export function unnoticed(rotations: readonly Rotation[]): Bound[] {
  const experiences = rotations.map(({ experience }) => experience)
  const carts = rotations.flatMap((rotation) => rotation.carts ?? [])
  const failed = (loads: LoadSummary[]) => sum(loads.map((load) => load.failed))
  return [
    atMost("failed writes", sum(experiences.map(({ write }) => write.failed)), 0),
    atMost("failed reads", sum(experiences.map(({ read }) => read.failed)), 0),
    atMost("acknowledged writes that were lost", sum(experiences.map(({ lost }) => lost)), 0),
    atMost("failed requests of visitors", failed(rotations.map(({ load }) => load)), 0),
    ...(carts.length > 0 ? [atMost("failed carts", failed(carts), 0)] : []),
    ...alwaysBounds(experiences),
  ]
}

/** The report of rotations, with what was looked at beside. */
export function measuredRotations(rotations: readonly Rotation[], beside: Bound[]): Measured {
  return {
    parameters: { statementsPerSecond: 10, ratePerSecond, rotations: rotations.length },
    samples: rotations.map(({ seconds }) => seconds),
    unit: "s for a rotation",
    bounds: [...unnoticed(rotations), ...beside],
    details: rotations,
  }
}
