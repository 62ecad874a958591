/** A host has to pull the image, stop the old task and start the new one until it is healthy. */
const replacementSeconds = 12

/** How long so many replacements after one another, with a pause between two, may take. */
export function replacedWithinSeconds(count: number, pauseSeconds = 0): number {
  return count * (replacementSeconds + pauseSeconds)
}

/** How long a service with a task on each of so many hosts may take until the last one is replaced. */
export function rollDeadlineSeconds(hosts: number): number {
  return Math.max(180, replacedWithinSeconds(hosts))
}

/**
 * How the tasks of a service that cannot run twice on a host are replaced: one
 * after another, the old one gone first, and back to the previous definition
 * when a new one does not stay up for `monitor`.
 */
export function oneByOne(monitor: string) {
  const step = { parallelism: 1, order: "stop-first" as const, monitor, max_failure_ratio: 0 }
  return {
    update_config: { ...step, failure_action: "rollback" as const },
    rollback_config: { ...step, failure_action: "pause" as const },
  }
}
