/** One way in which the live fleet is not what the commit says. */
export interface Difference {
  /**
   * `drift`: what is live moved away from what was applied.
   * `pending`: git moved, and apply has not run since.
   * `unknown`: one of them did, and which cannot be told here.
   */
  kind: "drift" | "pending" | "unknown"
  object: "service" | "config" | "secret" | "network" | "node" | "file" | "setting"
  /** Name of the object; a file is named `host:path`. */
  name: string
  /** Field as `docker inspect` calls it; empty when the whole object is meant. */
  field: string
  /** What git says; null when git has no such thing. */
  wanted: string | null
  /** What is live; null when there is no such thing. */
  live: string | null
  /** What Swarm recorded about the change. It never records who made it. */
  recorded?: string
}

/** Identity of a difference, to tell whether two observations agree. */
function differenceKey(difference: Difference): string {
  const { kind, object, name, field, live } = difference
  return JSON.stringify([kind, object, name, field, live])
}

/** Only what both observations show: a task or a reload between them is no drift. */
export function confirmed(first: Difference[], second: Difference[]): Difference[] {
  const seen = new Set(first.map(differenceKey))
  return second.filter((difference) => seen.has(differenceKey(difference)))
}

/** One line for a difference. */
export function differenceLine(difference: Difference): string {
  const { kind, object, name, field, wanted, live, recorded } = difference
  const what = field === "" ? `${object} ${name}` : `${object} ${name}: ${field}`
  const change = `git ${wanted ?? "has none"}, live ${live ?? "has none"}`
  return `${kind.padEnd(7)} ${what}: ${change}${recorded === undefined ? "" : ` (${recorded})`}`
}
