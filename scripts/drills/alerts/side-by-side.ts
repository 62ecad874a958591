import { type Fault, nextFaults } from "./fault.ts"

/**
 * Tries each fault as soon as none that it interferes with is on, and returns the results in
 * the order of the faults. The first that throws is the last that began: those that are on are
 * waited for, and the error is thrown.
 */
export async function sideBySide<T>(
  faults: readonly Fault[],
  tryOne: (fault: Fault) => Promise<T>,
): Promise<T[]> {
  const results = new Map<Fault, T>()
  const running = new Map<Fault, Promise<void>>()
  const begin = async (fault: Fault) => {
    results.set(fault, await tryOne(fault))
    running.delete(fault)
  }
  let waiting = [...faults]
  try {
    while (waiting.length + running.size > 0) {
      const next = nextFaults(waiting, [...running.keys()])
      waiting = waiting.filter((fault) => !next.includes(fault))
      for (const fault of next) running.set(fault, begin(fault))
      await Promise.race(running.values())
    }
  } finally {
    await Promise.allSettled(running.values())
  }
  return faults.flatMap((fault) => results.get(fault) ?? [])
}
