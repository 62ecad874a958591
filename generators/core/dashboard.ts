import type { Series } from "./monitoring.ts"

/** One screen that answers one question; Grafana shows it, and `quickcart dashboards` proves it. */
export interface Dashboard {
  /** Its address, `/d/<uid>`, and its file's name: `quickcart-<what>`, unique in the fleet. */
  uid: string
  title: string
  /** The question it answers. */
  description: string
  /** Lists in its queries as `$<name>`, to look at some of many. */
  variables?: Variable[]
  rows: Row[]
  /** Components whose alerts it explains, besides the one that contributes it. */
  explains?: readonly string[]
  /** Series that its panels read and no alert does, while all is well. */
  series: Series
}

/** A list to choose from: the values of a label. Nothing chosen is all of them. */
export interface Variable {
  name: string
  /** What people see before the list. */
  label: string
  /** Selector of the series that carry the label. */
  selector: string
  /** The label whose values are the list. */
  values: string
}

/** A heading with panels below it. */
export interface Row {
  title: string
  panels: Panel[]
}

/** Units of Grafana, by its identifiers. */
export type Unit =
  | "short"
  | "percentunit"
  | "s"
  | "d"
  | "bytes"
  | "Bps"
  | "bps"
  | "reqps"
  | "ops"
  | "iops"

export type Colour = "green" | "yellow" | "red"

/** A graph over time, or the latest value as a number. */
export interface Panel {
  kind: "graph" | "number"
  title: string
  /** What is seen, and what is wrong with it when. */
  description: string
  unit: Unit
  queries: Query[]
  /** Colours from a value on; the first counts from below all. A graph shows the values as lines. */
  steps?: readonly Step[]
  /** Words for values, e.g. `{ 0: "down", 1: "up" }`. */
  words?: Readonly<Record<number, string>>
  /** A number shows only its legend: the name of what has the value. */
  named?: true
  /** As wide as the dashboard, for what has many series. */
  wide?: true
  /** The areas add up to a whole. */
  stacked?: true
  /** Highest value of the axis, e.g. 1 for a share. */
  max?: number
  /** Why it may show nothing while all is well; people read it in place of "No data". */
  mayBeEmpty?: string
  /** Dashboard that says more, by its uid. */
  leadsTo?: string
}

export interface Step {
  from: number | null
  colour: Colour
}

export interface Query {
  /** PromQL; windows of rates are `$__rate_interval`. */
  expression: string
  /** Name of each series, with `{{label}}` for the labels that tell them apart. */
  legend: string
}

type Looks = Omit<Panel, "kind" | "queries">

/** Values over time. */
export function graph(looks: Looks, ...queries: [expression: string, legend: string][]): Panel {
  return { ...looks, kind: "graph", queries: queries.map(asQuery) }
}

/** The latest values. */
export function number(looks: Looks, ...queries: [expression: string, legend: string][]): Panel {
  return { ...looks, kind: "number", queries: queries.map(asQuery) }
}

function asQuery([expression, legend]: [string, string]): Query {
  return { expression, legend }
}

/** Green, and red from a value on. */
export function redFrom(limit: number): readonly Step[] {
  return [
    { from: null, colour: "green" },
    { from: limit, colour: "red" },
  ]
}

/** Red, and green from a value on. */
export function greenFrom(least: number): readonly Step[] {
  return [
    { from: null, colour: "red" },
    { from: least, colour: "green" },
  ]
}

/** A limit that the spec may not have. */
export function redFromOptional(limit: number | null): { steps?: readonly Step[] } {
  return limit === null ? {} : { steps: redFrom(limit) }
}

/** Words for `up` and its like. */
export const upOrDown = { 0: "down", 1: "up" } as const

/** Words for what is either so or not. */
export const yesOrNo = { 0: "no", 1: "yes" } as const

/** PromQL: how much a counter grows each second. */
export function rate(selector: string): string {
  return `rate(${selector}[$__rate_interval])`
}

/** PromQL: the value below which this share of a histogram's observations lies, `by` its labels. */
export function quantile(share: number, bucket: string, by: readonly string[] = []): string {
  return `histogram_quantile(${share}, sum by (${[...by, "le"].join(", ")}) (${rate(bucket)}))`
}
