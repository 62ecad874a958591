/** One series of ALERTS with the moments, in seconds since the epoch, at which a rule was looked at. */
export interface AlertSeries {
  metric: Record<string, string>
  values: readonly (readonly [number, string])[]
}

/** A time without a break in which an alert fired, or was about to; seconds since the epoch. */
export interface Span {
  alert: string
  state: "pending" | "firing"
  from: number
  /** The last look that found it; it may still go on. */
  to: number
}

/** Looks that may be missed on a busy machine before an alert counts as ended. */
const missedLooks = 1.5

/** What Prometheus said of its alerts, put together from answers that overlap. */
export interface AlertRecord {
  add(answer: readonly AlertSeries[]): void
  /** In the order of their begin; labels apart from the alert's name do not count. */
  spans(): Span[]
}

export function openRecord(evaluationSeconds: number): AlertRecord {
  const seen = new Map<string, { alert: string; state: Span["state"]; at: Set<number> }>()
  const longestGap = evaluationSeconds * (1 + missedLooks)
  return {
    add: (answer) => {
      for (const { metric, values } of answer) {
        const alert = metric.alertname ?? ""
        const state = metric.alertstate === "firing" ? "firing" : "pending"
        const key = `${alert} ${state}`
        const entry = seen.get(key) ?? { alert, state, at: new Set() }
        seen.set(key, entry)
        for (const [at] of values) entry.at.add(at)
      }
    },
    spans: () =>
      [...seen.values()]
        .flatMap(({ alert, state, at }) =>
          runs([...at], longestGap).map(({ from, to }) => ({ alert, state, from, to })),
        )
        .toSorted((a, b) => a.from - b.from),
  }
}

/** Moments that follow each other within the gap, as begin and end. */
function runs(moments: number[], longestGap: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = []
  for (const at of moments.toSorted((a, b) => a - b)) {
    const last = found.at(-1)
    if (last !== undefined && at - last.to <= longestGap) last.to = at
    else found.push({ from: at, to: at })
  }
  return found
}

/** Whether an alert was in this state when Prometheus last looked, `evaluationSeconds` ago at most. */
export function isOn(
  spans: readonly Span[],
  alert: string,
  now: number,
  evaluationSeconds: number,
): boolean {
  return spans.some(
    (span) => span.alert === alert && now - span.to <= evaluationSeconds * (1 + missedLooks),
  )
}
