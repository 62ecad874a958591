import { Failure, messageOf } from "../../io/failure.ts"
import { onInterrupt } from "../../io/interrupt.ts"
import type { FaultContext } from "./fault.ts"
import type { Trial } from "./trial.ts"

/** Steps that repair what is broken, the oldest first. */
export type Repairs = (() => Promise<unknown>)[]

/** What a fault is broken in, whose repairs are added to `repairs`. */
export function faultContext({ context, monitoring, by }: Trial, repairs: Repairs): FaultContext {
  return { ...context, monitoring, ...by, undo: (repair) => void repairs.push(repair) }
}

/** Runs `body` while something is broken, and repairs it whatever happened. Throws a Failure when that fails. */
export async function whileBroken<T>(
  trial: Trial,
  breaks: (on: FaultContext) => Promise<unknown>,
  body: () => Promise<T>,
): Promise<T> {
  const repairs: Repairs = []
  const forget = onInterrupt(() => repairAll(repairs))
  try {
    await breaks(faultContext(trial, repairs))
    return await body()
  } finally {
    await repairAll(repairs)
    forget()
  }
}

/** All of them, the newest first; what failed is said in one Failure. */
export async function repairAll(repairs: Repairs): Promise<void> {
  const failed: string[] = []
  while (repairs.length > 0) {
    try {
      await repairs.pop()?.()
    } catch (error) {
      failed.push(messageOf(error))
    }
  }
  if (failed.length > 0) throw new Failure(`what was broken is not repaired: ${failed.join("; ")}`)
}
