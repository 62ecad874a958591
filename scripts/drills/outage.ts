/** One request as a client saw it. */
export interface Sample {
  startMs: number
  durationMs: number
  /** HTTP status; 0 when there was no answer. */
  status: number
  error: string
}

export interface LoadSummary {
  requests: number
  failed: number
  /** Failures by status or error code. */
  failures: Record<string, number>
  /** Longest time between two successful answers, less the pace of the load. */
  outageMs: number
  /** From the start of the first failed request to the start of the last: while some fail. */
  troubleMs: number
  latencyMs: Distribution
}

export interface Distribution {
  min: number
  median: number
  p99: number
  max: number
}

/** What a load of `ratePerSecond` experienced. */
export function summarise(samples: Sample[], ratePerSecond: number): LoadSummary {
  const failed = samples.filter((sample) => !isSuccess(sample))
  const failures: Record<string, number> = {}
  for (const { status, error } of failed) {
    const key = status === 0 ? error : `HTTP ${status}`
    failures[key] = (failures[key] ?? 0) + 1
  }
  return {
    requests: samples.length,
    failed: failed.length,
    failures,
    outageMs: longestSilence(samples, 1000 / ratePerSecond),
    troubleMs: failed.length === 0 ? 0 : span(failed.map(({ startMs }) => startMs)),
    latencyMs: distribution(samples.filter(isSuccess).map((sample) => sample.durationMs)),
  }
}

/** Minimum, median, 99th percentile (nearest rank) and maximum; zeros when empty. */
export function distribution(values: number[]): Distribution {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { min: sorted[0] ?? 0, median: rank(0.5), p99: rank(0.99), max: sorted.at(-1) ?? 0 }
}

function span(values: number[]): number {
  return Math.max(...values) - Math.min(...values)
}

function isSuccess(sample: Sample): boolean {
  return sample.status >= 200 && sample.status < 400
}

/** Also counts the silence before the first and after the last success. */
function longestSilence(samples: Sample[], paceMs: number): number {
  if (samples.length === 0) return 0
  const begin = Math.min(...samples.map((sample) => sample.startMs))
  const end = Math.max(...samples.map((sample) => sample.startMs))
  const successes = samples
    .filter(isSuccess)
    .map((sample) => sample.startMs + sample.durationMs)
    .toSorted((a, b) => a - b)
  let previous = begin
  let longest = 0
  for (const at of [...successes, end]) {
    longest = Math.max(longest, at - previous)
    previous = Math.max(previous, at)
  }
  return Math.max(0, Math.round(longest - paceMs))
}
