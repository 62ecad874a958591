import type { Cause, Cost, FleetPlan, HeadroomRow, Impact, Origin, PlanOperation } from "./model.ts"

/** `2 to update, 1 to create`: what the plan does, counted. */
export function countOperations({ operations }: FleetPlan): string {
  const words: Record<string, string> = {
    create: "created",
    update: "updated",
    change: "changed",
    remove: "removed",
    destroy: "destroyed",
    prune: "pruned",
  }
  const groups = Map.groupBy(operations, ({ kind }) => {
    const [verb = "", what = ""] = kind.split("-")
    return `${what} ${words[verb]}`
  })
  return [...groups]
    .map(([group, members]) => {
      const [what = "", verb = ""] = group.split(" ")
      return `${members.length} ${what}${members.length === 1 ? "" : "s"} ${verb}`
    })
    .join(", ")
}

/** The longest expected outage of the plan, in words. */
export function outageSummary({ operations }: FleetPlan): string {
  const unbounded = operations.filter(({ impact }) => impact.unavailable === null)
  if (unbounded.length > 0) {
    return `unavailable for an unknown time: ${unbounded.map(({ name }) => name).join(", ")}`
  }
  const noticed = operations.filter(({ impact }) => (impact.unavailable?.atMostSeconds ?? 0) > 0)
  if (noticed.length === 0) return "no request is expected to fail"
  const outages = Map.groupBy(noticed, ({ impact, name }) => impact.sharedOutage ?? name)
  const total = (field: "expectedSeconds" | "atMostSeconds") =>
    sum(
      [...outages.values()].map((group) =>
        Math.max(...group.map(({ impact }) => impact.unavailable?.[field] ?? 0)),
      ),
    )
  const expected = total("expectedSeconds")
  const most = total("atMostSeconds")
  return `unavailable for ${expected} s expected, ${most} s at most`
}

/** `no failed request`, or for how long requests fail. */
export function outage({ kind, unavailable }: Impact): string {
  if (unavailable === null) return kind === "remove" ? "for good" : "unknown time"
  if (unavailable.atMostSeconds === 0) return "none"
  return `${unavailable.expectedSeconds} s, at most ${unavailable.atMostSeconds} s`
}

/** `environments/local.yaml:72 app.replicas`. */
export function place({ file, line, field }: Origin): string {
  return `${line === null ? file : `${file}:${line}`}${field === "" ? "" : ` ${field}`}`
}

/** `deploy.replicas: 4 -> 6`. */
export function change({ field, before, after }: Cause): string {
  if (field === "") return ""
  if (before === undefined) return `${field}: ${after} (new)`
  if (after === undefined) return `${field}: removed, was ${before}`
  return `${field}: ${before} -> ${after}`
}

/** What the operation touches: its kind, name and wave. */
export function title({ kind, name, wave }: PlanOperation): string {
  return `${kind} ${name}${wave === undefined ? "" : `, wave ${wave}`}`
}

/** `4.5 of 36 (31.5 left)`, in the row's unit; `unknown` when it is. */
export function share(value: HeadroomRow["before"], unit: HeadroomRow["unit"]): string {
  if (value === null) return "unknown"
  const left = value.provided - value.used
  const rest = left < 0 ? `${quantity(-left, unit)} short` : `${quantity(left, unit)} left`
  return `${quantity(value.used, unit)} of ${quantity(value.provided, unit)} (${rest})`
}

/** An amount in a row's unit; only memory says which. */
export function quantity(amount: number, unit: HeadroomRow["unit"]): string {
  return unit === "bytes" ? `${number(amount / 1e9)} GB` : number(amount)
}

/** Name of the row with its unit; amounts of memory carry theirs. */
export function label({ name, unit }: HeadroomRow): string {
  return unit === "bytes" ? name : `${name} (${unit})`
}

/** Whether the row says that more is used than there is. */
export function exceeded({ after }: HeadroomRow): boolean {
  return after !== null && after.used > after.provided
}

/** A price with its currency; `unknown` for null. */
export function money(amount: number | null, currency: string): string {
  return amount === null ? "unknown" : `${number(amount)} ${currency}`
}

/** The monthly difference with its sign. */
export function costDelta({ before, after, currency }: Cost): string {
  if (before === null || after === null) return "cost unknown"
  const delta = Math.round((after - before) * 100) / 100
  if (delta === 0) return `cost unchanged at ${money(after, currency)} a month`
  return `${delta > 0 ? "+" : "-"}${money(Math.abs(delta), currency)} a month`
}

/** Thousands separated, two decimals at most, whatever the locale. */
export function number(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 })
}

function sum(values: number[]): number {
  return Math.round(values.reduce((total, value) => total + value, 0) * 100) / 100
}
