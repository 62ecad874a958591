import type { Dependency } from "./stores.ts"

/** Time between two probes of everything the shop depends on. */
const intervalMs = 2000

/** Local failures in a row after which this task is of no use while others may be. */
const localFailures = 3

/** What the last probe of each dependency found. */
export interface Readiness {
  /** Whether load balancers should send requests here. */
  ready(): boolean
  /** `up`, or why not, by dependency. */
  report(): Record<string, string>
  /** Probes everything once; the timer does it too. */
  probe(): Promise<void>
  stop(): void
}

/**
 * Probes dependencies in the background, so that a health check costs none of
 * them a query. The shop is ready once everything has answered, and stays so when
 * something goes away: all tasks would leave at once, and a stalled order is
 * better than none. Only when this task's own way is broken (no PgBouncer on
 * this host) does it step aside.
 */
export function watchDependencies(dependencies: Dependency[]): Readiness {
  const pending = new Set(dependencies.map(({ name }) => name))
  const found: Record<string, string> = {}
  const local = new Map<string, number>()
  const probeOne = async ({ name, probe, isLocal }: Dependency) => {
    try {
      await probe()
      pending.delete(name)
      found[name] = "up"
      local.delete(name)
    } catch (error) {
      found[name] = error instanceof Error ? error.message : String(error)
      if (isLocal(error)) local.set(name, (local.get(name) ?? 0) + 1)
      else local.delete(name)
    }
  }
  const probe = async () => void (await Promise.all(dependencies.map(probeOne)))
  let running = Promise.resolve()
  const round = () => {
    // A probe that hangs must not be followed by a second one.
    running = running.then(probe)
    timer = setTimeout(() => void running.then(round), intervalMs).unref()
  }
  let timer: NodeJS.Timeout | undefined
  if (dependencies.length > 0) round()
  return {
    ready: () =>
      pending.size === 0 && [...local.values()].every((failures) => failures < localFailures),
    report: () => found,
    probe,
    stop: () => clearTimeout(timer),
  }
}
