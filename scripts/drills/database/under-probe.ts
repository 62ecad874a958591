import { setTimeout as delay } from "node:timers/promises"
import type { DrillContext } from "../drill.ts"
import { atMost, type Bound } from "../report.ts"
import {
  type DualWrite,
  dualWrites,
  type ProbeResult,
  type RouteSummary,
  routeSummary,
} from "./ledger.ts"
import { everyMs, startProbe } from "./probe.ts"

/** App host whose clients are measured. */
export const clientHost = "app-1"

/** How long the clients run before and after, so that an outage has two ends. */
const marginMs = 3000
const longestSeconds = 600

/** What clients of the database went through. */
export interface Experience {
  write: RouteSummary
  read: RouteSummary
  lost: number
  dual: DualWrite[]
}

/**
 * Runs `body` under the probe's clients; writes that it returns count as seen by them. They end
 * by themselves after `seconds`.
 */
export async function underProbe(
  context: DrillContext,
  body: () => Promise<ProbeResult["direct"] | undefined>,
  seconds: number = longestSeconds,
): Promise<Experience> {
  const probe = await startProbe(context, clientHost, seconds)
  let result: ProbeResult
  let seen: ProbeResult["direct"] = {}
  try {
    await delay(marginMs)
    seen = (await body()) ?? {}
    await delay(marginMs)
  } finally {
    result = await probe.stop()
  }
  const experience = {
    write: routeSummary(result.write, everyMs),
    read: routeSummary(result.read, everyMs),
    lost: result.lost.length,
    dual: dualWrites(together(result.direct, seen)),
  }
  context.report(experienceText(experience))
  return experience
}

/** The writes of each member, whoever saw them. */
function together(...all: ProbeResult["direct"][]): ProbeResult["direct"] {
  const members = [...new Set(all.flatMap((one) => Object.keys(one)))]
  return Object.fromEntries(
    members.map((member) => [member, all.flatMap((one) => one[member] ?? [])]),
  )
}

function experienceText({ write, read, lost, dual }: Experience): string {
  const route = ({ statements, failed, refused, errors, outageMs }: RouteSummary) =>
    `${failed} of ${statements} failed ${JSON.stringify(errors)}, ${failed - refused} of them in flight, outage ${outageMs} ms`
  return `writes: ${route(write)}; reads: ${route(read)}; ${lost} lost, ${dual.length} by a second primary`
}

/** What holds in every drill of the database. */
export function alwaysBounds(experiences: Experience[]): Bound[] {
  const dual = experiences.flatMap((experience) => experience.dual)
  return [atMost("writes taken by a second primary", dual.length, 0)]
}

/**
 * What holds when nobody planned the change: a statement that was in flight may fail, every other
 * waits. Reads have a replica to go to meanwhile.
 */
export function waitingBounds(experiences: Experience[]): Bound[] {
  return [
    atMost(
      "writes refused that were not in flight",
      sum(experiences.map((e) => e.write.refused)),
      0,
    ),
    atMost("reads refused that were not in flight", sum(experiences.map((e) => e.read.refused)), 0),
  ]
}

export const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
