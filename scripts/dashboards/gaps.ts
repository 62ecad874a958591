import type { SeenDashboard } from "./look.ts"

/** A query of a panel that showed nothing, or a fault of a whole dashboard. */
export interface Gap {
  dashboard: string
  /** Null for a fault of the whole dashboard. */
  panel: string | null
  what: string
  /** Why that may be, as the panel says; null when it may not. */
  excuse: string | null
}

/** What shows nothing, in the order of the dashboards. A refused query has no excuse. */
export function gapsOf(seen: readonly SeenDashboard[]): Gap[] {
  return seen.flatMap(({ dashboard, panels, faults }) => [
    ...faults.map((what) => ({ dashboard: dashboard.uid, panel: null, what, excuse: null })),
    ...panels.flatMap(({ panel, answers }) =>
      answers
        .filter(({ lines }) => lines.length === 0)
        .map(({ refId, expression, error }) => ({
          dashboard: dashboard.uid,
          panel: panel.title,
          what: `${refId}: ${error ?? `nothing for ${expression}`}`,
          excuse: error === undefined ? (panel.fieldConfig.defaults.noValue ?? null) : null,
        })),
    ),
  ])
}

/** The gaps that nothing explains. */
export function unexplained(gaps: readonly Gap[]): Gap[] {
  return gaps.filter(({ excuse }) => excuse === null)
}

/** A gap in a line. */
export function gapLine({ dashboard, panel, what, excuse }: Gap): string {
  const where = panel === null ? dashboard : `${dashboard}, ${panel}`
  return excuse === null ? `${where}: ${what}` : `${where}: empty, as it may be: ${excuse}`
}
