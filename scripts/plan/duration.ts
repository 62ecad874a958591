const unitSeconds: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 }

/** Seconds of a stack file's duration, e.g. `1m30s` or `500ms`; NaN for anything else. */
export function durationSeconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  if (parts.map(([part]) => part).join("") !== text || text === "") return Number.NaN
  return parts.reduce(
    (sum, [, value, unit]) => sum + Number(value) * (unitSeconds[unit ?? ""] ?? 0),
    0,
  )
}
