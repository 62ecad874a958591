import { setTimeout as delay } from "node:timers/promises"
import { Unavailable } from "./stores.ts"

/** How long an operation is tried again, and how long between two tries at first. */
export interface Patience {
  deadlineMs: number
  firstPauseMs: number
}

/** Longest pause between two tries, for whoever has the time. */
const longestPauseMs = 1000
/** Longest share of the deadline in one pause: giving up early is as bad as a short deadline. */
const longestPauseShare = 1 / 8

/**
 * Does `work` again while it fails with what `isTransient` accepts, with pauses
 * that double and vary, so that a thousand clients do not come back at once.
 * Only for work that may be done twice; it is told how much of the time is left,
 * to hold itself to it. Throws Unavailable after the deadline, other errors at once.
 */
export async function retrying<Result>(
  work: (leftMs: number) => Promise<Result>,
  isTransient: (error: unknown) => boolean,
  patience: Patience,
): Promise<Result> {
  const end = performance.now() + patience.deadlineMs
  const longest = Math.min(longestPauseMs, longestPauseShare * patience.deadlineMs)
  for (let pause = patience.firstPauseMs; ; pause = Math.min(2 * pause, longest)) {
    try {
      return await work(end - performance.now())
    } catch (error) {
      if (!isTransient(error)) throw error
      const wait = pause * (0.5 + Math.random())
      if (performance.now() + wait > end) {
        throw new Unavailable("try again in a moment", { cause: error })
      }
      await delay(wait)
    }
  }
}

/** Rejects with Unavailable when `work` takes longer; the work itself goes on. */
export async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Unavailable(`no answer within ${milliseconds} ms`)),
    milliseconds,
  )
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
