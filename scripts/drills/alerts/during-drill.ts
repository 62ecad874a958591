import type { DrillAlerts } from "./drill-alerts.ts"
import type { Fault } from "./fault.ts"
import type { Span } from "./record.ts"
import type { Pace } from "./rules.ts"

/** What the alerts of a fleet did while a drill ran. */
export interface AlertsDuring {
  fired: {
    alert: string
    /** Seconds since the drill began; null when it fired already. */
    seconds: number | null
  }[]
  /** Those that had to fire and did not. */
  missing: string[]
  /** Those that had to fire and did so before the drill began: it proves nothing of them. */
  unproven: string[]
  /** Those that fired and that nothing explains. */
  unexplained: string[]
  /** Seconds of the drill in which Prometheus did not look. */
  blindSeconds: number
}

export interface DrillWatch {
  declared: DrillAlerts
  /** Alerts that may fire in any drill. */
  always: readonly string[]
  faults: readonly Fault[]
  /** Fires always: when it did not, nobody looked. */
  watchdog: string
  /** Seconds since the epoch. */
  beganAt: number
  endedAt: number
  pace: Pace
}

/** Judges a drill by the alerts that fired from before its begin to its end. */
export function alertsDuring(spans: readonly Span[], watch: DrillWatch): AlertsDuring {
  const { declared, always, faults, watchdog, beganAt, endedAt } = watch
  const firing = spans.filter(
    ({ state, to, alert }) => state === "firing" && alert !== watchdog && to >= beganAt,
  )
  const fired = [...new Set(firing.map(({ alert }) => alert))].map((alert) => {
    const own = firing.filter((span) => span.alert === alert)
    const begun = own.filter(({ from }) => from >= beganAt).map(({ from }) => from)
    const isOnBefore = own.length > begun.length
    const seconds = isOnBefore ? null : Math.round(Math.min(...begun) - beganAt)
    return { alert, seconds }
  })
  const explained = [...always, ...explainedBy(declared, faults)]
  const late = firing.filter(({ from }) => from > beganAt + noticedSeconds(watch.pace))
  const must = declared.must ?? []
  const old = fired.filter(({ seconds }) => seconds === null).map(({ alert }) => alert)
  return {
    fired,
    missing: must.filter((name) => !fired.some(({ alert }) => alert === name)),
    unproven: must.filter((name) => old.includes(name)),
    unexplained: [...new Set(late.map(({ alert }) => alert))].filter(
      (alert) => !explained.includes(alert),
    ),
    blindSeconds: blindSeconds(
      spans.filter(({ alert, state }) => alert === watchdog && state === "firing"),
      { beganAt, endedAt },
      watch.pace,
    ),
  }
}

/** Alerts that a drill has to fire, or may. */
export function explainedBy(declared: DrillAlerts, faults: readonly Fault[]): string[] {
  const { must = [], may = {}, coveredBy = [] } = declared
  const covering = faults.filter(({ name }) => coveredBy.includes(name))
  return [
    ...must,
    ...Object.keys(may),
    ...covering.flatMap((fault) => [
      ...fault.must.map(({ alert }) => alert),
      ...Object.keys(fault.may ?? {}),
    ]),
  ]
}

/** What begins to fire as early in a drill was seen before it: no fault is noticed in less. */
function noticedSeconds({ scrapeSeconds, scrapeTimeoutSeconds, evaluationSeconds }: Pace): number {
  return scrapeSeconds + scrapeTimeoutSeconds + evaluationSeconds
}

/** Seconds that are in no span, but for the pause between two looks. */
function blindSeconds(
  looked: readonly Span[],
  { beganAt, endedAt }: Pick<DrillWatch, "beganAt" | "endedAt">,
  { evaluationSeconds }: Pace,
): number {
  let seenUntil = beganAt
  let blind = 0
  for (const { from, to } of [...looked, { from: endedAt, to: endedAt }]) {
    const gap = Math.min(from, endedAt) - seenUntil
    if (gap > 2 * evaluationSeconds) blind += gap
    seenUntil = Math.max(seenUntil, to)
  }
  return Math.round(blind)
}

/** The alerts of a drill in a line for a terminal. */
export function alertsLine({ fired, missing, unexplained, blindSeconds }: AlertsDuring): string {
  const words = [
    ...fired.map(({ alert, seconds }) =>
      seconds === null ? `${alert} on before` : `${alert} after ${seconds} s`,
    ),
    ...missing.map((alert) => `MISSING ${alert}`),
    ...unexplained.map((alert) => `FALSE ${alert}`),
    ...(blindSeconds > 0 ? [`nobody looked for ${blindSeconds} s`] : []),
  ]
  return `alerts: ${words.join(", ") || "none"}`
}
