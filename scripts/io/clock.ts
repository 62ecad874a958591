import { setTimeout as delay } from "node:timers/promises"
import { Failure, messageOf } from "./failure.ts"

/** A Failure that waiting cannot cure. */
export class Fatal extends Failure {}

/** Milliseconds since the epoch. */
export function nowMs(): number {
  return Date.now()
}

export interface WaitOptions {
  deadlineSeconds: number
  /** Pause between probes. */
  intervalMs?: number
  signal?: AbortSignal
}

/**
 * Calls `probe` until it returns something other than undefined and returns
 * that. Errors of the probe count as "not yet", but for a Fatal; at the deadline a Failure says
 * what was awaited and what the last probe said.
 */
export async function waitFor<T>(
  what: string,
  options: WaitOptions,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const end = nowMs() + options.deadlineSeconds * 1000
  let last = ""
  for (;;) {
    try {
      const value = await probe()
      if (value !== undefined) return value
    } catch (error) {
      if (error instanceof Fatal) throw error
      last = messageOf(error)
    }
    if (nowMs() > end) {
      const detail = last === "" ? "" : ` Last answer: ${last}`
      throw new Failure(`waited ${options.deadlineSeconds} s for ${what}.${detail}`)
    }
    await delay(options.intervalMs ?? 500, undefined, { signal: options.signal })
  }
}

/**
 * Calls `look` until `enough` accepts what it returns, and returns that; at the
 * deadline what the last look returned. Errors of the look are thrown.
 */
export async function lookUntil<T>(
  options: WaitOptions,
  look: () => Promise<T>,
  enough: (seen: T) => boolean,
): Promise<T> {
  const end = nowMs() + options.deadlineSeconds * 1000
  for (;;) {
    const seen = await look()
    if (enough(seen) || nowMs() > end) return seen
    await delay(options.intervalMs ?? 500, undefined, { signal: options.signal })
  }
}
