import type { Expected, Fault } from "./fault.ts"
import type { Span } from "./record.ts"
import { boundSeconds, type Pace, type WatchedBy } from "./rules.ts"
import type { CommandOutcome } from "./runbook.ts"

/** When a fault was on; seconds since the epoch. */
export interface Period {
  /** The break began. */
  beganAt: number
  /** It was done, as far as a fault knows. */
  brokenAt: number
  repairedAt: number
  /** Its alerts had ended, or nobody waited longer for that. */
  endedAt: number
}

/** What is known of a fault that was tried. */
export interface Tried extends Period {
  fault: Fault
  /** Of `Broken`. */
  holdsAfterSeconds: number
  /** Alerts that Alertmanager was seen to hold back. */
  heldBack: readonly string[]
  /** Alerts that fired already when it began. */
  onBefore: readonly string[]
  commands: readonly CommandOutcome[]
  /** Why it could not be broken or looked at to the end; null when it could. */
  error: string | null
}

export interface MustResult {
  alert: string
  /** `on before`: it looks back on something older, so that nothing can be said. */
  verdict: "fired" | "late" | "missing" | "on before"
  /** From the begin of the break; null when it did not fire. */
  seconds: number | null
  boundSeconds: number
  /** From the repair until it was silent again; null when it fired on. */
  resolvedSeconds: number | null
  /** Whether another alert held it back as it had to; null when none has to. */
  heldBack: boolean | null
}

/** Most seconds from the begin of a break until an alert has to fire. */
export function deadlineSeconds(
  expected: Expected,
  { rules, pace }: WatchedBy,
  {
    beganAt,
    brokenAt,
    holdsAfterSeconds,
  }: Pick<Tried, "beganAt" | "brokenAt" | "holdsAfterSeconds">,
): number {
  const rule = rules.get(expected.alert)
  if (rule === undefined) throw new Error(`no rule is called ${expected.alert}`)
  const holds = Math.max(expected.holdsAfterSeconds ?? 0, holdsAfterSeconds)
  return Math.round(brokenAt - beganAt + holds + boundSeconds(rule, pace))
}

/** What became of each alert that a fault had to fire. */
export function mustResults(tried: Tried, spans: readonly Span[], by: WatchedBy): MustResult[] {
  return tried.fault.must.map((expected): MustResult => {
    const { alert, heldBackBy, lingers } = expected
    const onBefore = lingers === true && tried.onBefore.includes(alert)
    const span = firingFrom(spans, alert, tried)
    const bound = deadlineSeconds(expected, by, tried)
    const seconds = span === undefined ? null : Math.round(span.from - tried.beganAt)
    const ended = span === undefined ? null : resolvedAfter(span, tried, by.pace)
    return {
      alert,
      verdict: verdictOf(seconds, bound, onBefore),
      seconds,
      boundSeconds: bound,
      resolvedSeconds: ended,
      heldBack: heldBackBy === undefined ? null : tried.heldBack.includes(alert),
    }
  })
}

function verdictOf(
  seconds: number | null,
  bound: number,
  onBefore: boolean,
): MustResult["verdict"] {
  if (seconds === null) return onBefore ? "on before" : "missing"
  return seconds > bound ? "late" : "fired"
}

/** The first time that an alert began to fire while a fault was on; one from before says nothing. */
export function firingFrom(
  spans: readonly Span[],
  alert: string,
  { beganAt, endedAt }: Pick<Period, "beganAt" | "endedAt">,
): Span | undefined {
  return spans.find(
    (span) =>
      span.alert === alert &&
      span.state === "firing" &&
      span.from >= beganAt &&
      span.from <= endedAt,
  )
}

function resolvedAfter(span: Span, { repairedAt, endedAt }: Period, pace: Pace): number | null {
  const silentFrom = span.to + pace.evaluationSeconds
  return silentFrom > endedAt ? null : Math.max(0, Math.round(silentFrom - repairedAt))
}

export interface FalseAlert {
  alert: string
  /** Seconds since the epoch at which it began to fire. */
  from: number
  /** Faults that were on then, none of which explains it. */
  during: string[]
}

/** Alerts that began to fire after `since` and that no fault explains. `always` fires anyway. */
export function falseAlerts(
  all: readonly Tried[],
  spans: readonly Span[],
  { since, always }: { since: number; always: string },
): FalseAlert[] {
  return spans
    .filter(({ alert, state, from }) => state === "firing" && alert !== always && from >= since)
    .filter((span) => !all.some((tried) => explains(tried, span)))
    .map(({ alert, from }) => ({
      alert,
      from,
      during: all
        .filter(({ beganAt, endedAt }) => beganAt <= from && from <= endedAt)
        .map(({ fault }) => fault.name),
    }))
}

/** An alert that looks back may come later than its fault ended, the others not. */
function explains({ fault, beganAt, endedAt }: Tried, { alert, from }: Span): boolean {
  const expected = fault.must.find((one) => one.alert === alert)
  const mayFire = fault.may?.[alert] !== undefined
  const lingers = mayFire || expected?.lingers === true
  return (expected !== undefined || mayFire) && from >= beganAt && (lingers || from <= endedAt)
}

/**
 * Alerts whose runbooks a fault has to prove: those that people are told of, and those that
 * are held back in every fault there is.
 */
export function provesRunbooksOf(fault: Fault, all: readonly Fault[]): string[] {
  const told = new Set(
    all.flatMap(({ must }) => must.filter(({ heldBackBy }) => !heldBackBy).map((one) => one.alert)),
  )
  return fault.must
    .filter(({ alert, heldBackBy }) => heldBackBy === undefined || !told.has(alert))
    .map(({ alert }) => alert)
}
