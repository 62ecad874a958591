/** What `npm test` is held to on a machine that has nothing yet, its set-up included. */
export const mostMinutes = 40

/**
 * After this many minutes `npm test` starts no further test of the box: they are skipped, so
 * that a slow machine still ends with its totals. CI ends a run after 90 minutes.
 */
export const lastStartMinutes = 75

/** Written by `setup.sh` when npm has run it before `npm test`; see `setupStart`. */
export const setupTimeFile = "test-setup-time"

/**
 * Longest time between the end of set-up and the start of what npm runs next. They follow
 * each other within a second or two; on a busy machine starting Node may take some more.
 */
const followsWithinMs = 60_000

/**
 * When the set-up of this run began, in ms since the epoch, from what `setup.sh` wrote: the
 * seconds of its start and of its end. Undefined when that is no set-up of this run: npm did
 * not run one, or somebody ran it alone earlier.
 */
export function setupStart(written: string | undefined, nowMs: number): number | undefined {
  const seconds = /^(\d+) (\d+)\n$/.exec(written ?? "")
  if (seconds === null) return undefined
  const [start, end] = [Number(seconds[1]) * 1000, Number(seconds[2]) * 1000]
  const isOfThisRun = start <= end && end <= nowMs && nowMs <= end + followsWithinMs
  return isOfThisRun ? start : undefined
}
