/** What Grafana knows when it asks: its macros in a query follow from it. */
export interface PanelView {
  /** The data source's `timeInterval`, in seconds. */
  scrapeIntervalSeconds: number
  /** Between two points of a graph, in seconds. */
  stepSeconds: number
  /** Of the whole graph, in seconds. */
  rangeSeconds: number
  /** Values of the dashboard's variables: a regular expression where several may be chosen. */
  variables: Record<string, string>
}

/**
 * The PromQL that Grafana would send for a panel's query: `$__rate_interval`, `$__interval`,
 * `$__range` and the variables replaced. Throws on any other `$`.
 */
export function withoutMacros(expression: string, view: PanelView): string {
  const { scrapeIntervalSeconds, stepSeconds, rangeSeconds, variables } = view
  const values: Record<string, string> = {
    // Four scrapes, so that a rate has its two samples though one is missed (Grafana's own rule).
    __rate_interval: `${Math.max(stepSeconds + scrapeIntervalSeconds, 4 * scrapeIntervalSeconds)}s`,
    __interval: `${stepSeconds}s`,
    __range: `${rangeSeconds}s`,
    ...variables,
  }
  return expression.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (macro, braced, plain) => {
    const value = values[braced ?? plain]
    if (value === undefined) throw new Error(`nothing is known of ${macro} in ${expression}`)
    return value
  })
}
