import { type PanelView, withoutMacros } from "../../schema/dashboard-macros.ts"
import { messageOf } from "../io/failure.ts"
import type { MonitoringAccess } from "../monitoring/access.ts"
import type {
  CommittedDashboard,
  CommittedDashboards,
  CommittedPanel,
  CommittedVariable,
} from "./committed.ts"

/** One series of a panel, named as its legend has it; points without a number are left out. */
export interface Line {
  name: string
  /** Seconds since the epoch, and the value. */
  points: [seconds: number, value: number][]
}

/** A panel's query, asked of a live Prometheus. */
export interface Answer {
  refId: string
  /** As it was sent. */
  expression: string
  lines: Line[]
  /** Why Prometheus refused it. */
  error?: string
}

export interface SeenPanel {
  panel: CommittedPanel
  answers: Answer[]
}

/** A dashboard with what a live Prometheus answered. */
export interface SeenDashboard {
  dashboard: CommittedDashboard
  panels: SeenPanel[]
  /** What is wrong besides panels: variables without values, annotations that are refused. */
  faults: string[]
}

/** The time that is looked at. */
export interface Span {
  /** Seconds since the epoch. */
  fromSeconds: number
  toSeconds: number
}

/** Points of a graph: about as many as a panel has columns of pixels to show. */
const pointsOfGraph = 120

/** Seconds between two points of a graph over this time. */
function stepOf({ fromSeconds, toSeconds }: Span): number {
  return Math.max(1, Math.round((toSeconds - fromSeconds) / pointsOfGraph))
}

/** Asks Prometheus everything that Grafana would, dashboard by dashboard. */
export async function lookAtDashboards(
  access: MonitoringAccess,
  { scrapeIntervalSeconds, dashboards }: CommittedDashboards,
  span: Span,
): Promise<SeenDashboard[]> {
  const ask = once((query: string, kind: CommittedPanel["type"]) =>
    answer(access, query, kind, span),
  )
  const seen: SeenDashboard[] = []
  for (const dashboard of dashboards) {
    const view: PanelView = {
      scrapeIntervalSeconds,
      stepSeconds: stepOf(span),
      rangeSeconds: span.toSeconds - span.fromSeconds,
      variables: Object.fromEntries(
        dashboard.templating.list.map(({ name, allValue = ".*" }) => [name, allValue]),
      ),
    }
    const panels: SeenPanel[] = []
    for (const panel of dashboard.panels) {
      if (panel.type === "row") continue
      // The queries of one panel at a time: sshd has no more than ten sessions for a connection.
      const answers = panel.targets.map(async ({ refId, expr, legendFormat }): Promise<Answer> => {
        const expression = withoutMacros(expr, view)
        const { lines, error } = await ask(expression, panel.type)
        const named = lines.map(({ labels, points }) => ({
          name: legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? ""),
          points,
        }))
        return { refId, expression, lines: named, ...(error === undefined ? {} : { error }) }
      })
      panels.push({ panel, answers: await Promise.all(answers) })
    }
    seen.push({ dashboard, panels, faults: await faultsOf(access, dashboard, view) })
  }
  return seen
}

interface Labelled {
  labels: Record<string, string>
  points: [number, number][]
}

interface RawAnswer {
  lines: Labelled[]
  error?: string
}

/** Prometheus HTTP API: a series of a range query, or of an instant one. */
interface RawSeries {
  metric: Record<string, string>
  values?: [number, string][]
  value?: [number, string]
}

async function answer(
  access: MonitoringAccess,
  query: string,
  kind: CommittedPanel["type"],
  span: Span,
): Promise<RawAnswer> {
  const end = String(span.toSeconds)
  const [path, when] =
    kind === "stat"
      ? ["query", { time: end }]
      : ["query_range", { start: String(span.fromSeconds), end, step: String(stepOf(span)) }]
  try {
    const { result } = await access.prometheus<{ result: RawSeries[] }>(path, { query, ...when })
    return { lines: result.map(toLine).filter(({ points }) => points.length > 0) }
  } catch (error) {
    return { lines: [], error: messageOf(error) }
  }
}

function toLine({ metric, values, value }: RawSeries): Labelled {
  const points = (values ?? (value === undefined ? [] : [value])).map(
    ([seconds, text]): [number, number] => [seconds, Number(text)],
  )
  return { labels: metric, points: points.filter(([, number]) => Number.isFinite(number)) }
}

async function faultsOf(
  access: MonitoringAccess,
  { templating, annotations }: CommittedDashboard,
  view: PanelView,
): Promise<string[]> {
  const variables = templating.list.map((variable) => variableFault(access, variable))
  const refusals = annotations.list.map(async ({ name, expr }) => {
    try {
      await access.query(withoutMacros(expr, view))
      return []
    } catch (error) {
      return [`the annotation ${name}: ${messageOf(error)}`]
    }
  })
  return (await Promise.all([...variables, ...refusals])).flat()
}

async function variableFault(
  access: MonitoringAccess,
  { type, name, definition = "" }: CommittedVariable,
): Promise<string[]> {
  if (type !== "query") return []
  const [, selector = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(definition) ?? []
  try {
    const values = await access.prometheus<string[]>(`label/${label}/values`, {
      "match[]": selector,
    })
    return values.length === 0 ? [`the variable ${name} has no values (${definition})`] : []
  } catch (error) {
    return [`the variable ${name}: ${messageOf(error)}`]
  }
}

/** Several dashboards show the same panel: each question is asked once. */
function once<Kind extends string, Result>(
  ask: (query: string, kind: Kind) => Promise<Result>,
): (query: string, kind: Kind) => Promise<Result> {
  const asked = new Map<string, Promise<Result>>()
  return (query, kind) => {
    const key = `${kind} ${query}`
    const result = asked.get(key) ?? ask(query, kind)
    asked.set(key, result)
    return result
  }
}
