import { type Distribution, distribution } from "../outage.ts"
import { wasInFlight } from "./statement-error.ts"

/** One statement: when it began, how long it took, why it failed or "", what it returned. */
export type ProbeRow = [startMs: number, durationMs: number, error: string, value: number | null]

/** What the probe saw between its start and its end. */
export interface ProbeResult {
  write: ProbeRow[]
  read: ProbeRow[]
  /** By member; the value is the timeline in which it took the write. */
  direct: Record<string, ProbeRow[]>
  /** Ids of acknowledged writes that the database does not hold. */
  lost: string[]
}

export interface RouteSummary {
  statements: number
  /** Statements that got an error, by what it said. */
  errors: Record<string, number>
  failed: number
  /** Those that were not begun: they could have waited (`wasInFlight`). */
  refused: number
  /** Longest time between two acknowledgements, less the pace. */
  outageMs: number
  latencyMs: Distribution
}

/** One route as its clients experienced it. */
export function routeSummary(rows: ProbeRow[], everyMs: number): RouteSummary {
  const errors: Record<string, number> = {}
  const failed = rows.filter(([, , error]) => error !== "")
  for (const [, , error] of failed) errors[error] = (errors[error] ?? 0) + 1
  const good = rows.filter(([, , error]) => error === "")
  const ends = good.map(([start, duration]) => start + duration).toSorted((a, b) => a - b)
  const gaps = ends.slice(1).map((end, index) => end - (ends[index] ?? end))
  return {
    statements: rows.length,
    errors,
    failed: failed.length,
    refused: failed.filter(([, , error]) => !wasInFlight(error)).length,
    outageMs: Math.max(0, ...gaps.map((gap) => gap - everyMs)),
    latencyMs: distribution(good.map(([, duration]) => duration)),
  }
}

/** A write that a member took after another had begun to take writes. */
export interface DualWrite {
  member: string
  timeline: number
  /** How long after the other's first write. */
  lateMs: number
}

/**
 * Writes by which two members were primary at once. Every promotion begins a new
 * timeline, so a write in an old one that began after a write in a newer one was
 * acknowledged is taken by somebody who should have known better. And a timeline is
 * one member's, whoever else takes writes in it: two may have been promoted at once.
 */
export function dualWrites(direct: ProbeResult["direct"]): DualWrite[] {
  const taken = Object.entries(direct).flatMap(([member, rows]) =>
    rows.flatMap(([startMs, durationMs, , timeline]) =>
      timeline === null ? [] : [{ member, timeline, startMs, endMs: startMs + durationMs }],
    ),
  )
  const owners = new Map<number, (typeof taken)[number]>()
  for (const write of taken.toSorted((a, b) => a.endMs - b.endMs)) {
    if (!owners.has(write.timeline)) owners.set(write.timeline, write)
  }
  return taken.flatMap(({ member, timeline, startMs, endMs }) => {
    const owner = owners.get(timeline)
    if (owner !== undefined && owner.member !== member) {
      return [{ member, timeline, lateMs: endMs - owner.endMs }]
    }
    const newer = taken.filter((write) => write.timeline > timeline).map((write) => write.endMs)
    const lateMs = startMs - Math.min(...newer)
    return newer.length > 0 && lateMs > 0 ? [{ member, timeline, lateMs }] : []
  })
}
