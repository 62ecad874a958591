import type { FleetPlan, ImpactKind, PlanOperation } from "./model.ts"
import {
  change,
  costDelta,
  countOperations,
  exceeded,
  label,
  money,
  outage,
  outageSummary,
  place,
  share,
  title,
} from "./phrases.ts"

/** Wraps text in an escape sequence, or returns it as it is. */
export type Paint = (color: "red" | "yellow" | "green" | "bold" | "dim", text: string) => string

/** For files, pipes and tests. */
export const plain: Paint = (_, text) => text

/** For terminals. */
export const ansi: Paint = (color, text) => {
  const code = { red: 31, yellow: 33, green: 32, bold: 1, dim: 2 }[color]
  return `\u001b[${code}m${text}\u001b[0m`
}

/** The plan for a terminal: what, why, what people notice, then headroom, cost and guard. */
export function planText(plan: FleetPlan, paint: Paint = plain): string {
  const lines = [paint("bold", `${plan.environment}: ${plan.from} -> ${plan.to}`)]
  if (plan.operations.length === 0) lines.push("nothing to change")
  else lines.push(`${countOperations(plan)}; ${outageSummary(plan)}; ${costDelta(plan.cost)}`)
  plan.operations.forEach((operation, index) => {
    lines.push("", ...operationLines(operation, index + 1, paint))
  })
  if (plan.operations.length > 0) {
    lines.push("", ...headroomLines(plan, paint), "", ...costLines(plan))
  }
  if (plan.refusals.length > 0) lines.push("", ...guardLines(plan, paint))
  if (plan.notes.length > 0) lines.push("", ...plan.notes.map((note) => `note: ${note}`))
  return `${lines.join("\n")}\n`
}

const colors: Record<ImpactKind, "red" | "yellow" | "green"> = {
  none: "green",
  reload: "green",
  scale: "green",
  create: "green",
  job: "yellow",
  "rolling restart": "yellow",
  failover: "yellow",
  restart: "red",
  remove: "red",
}

function operationLines(operation: PlanOperation, index: number, paint: Paint): string[] {
  const { impact, causes, summary } = operation
  const kind = paint(colors[impact.kind], impact.kind)
  return [
    `${index}. ${paint("bold", title(operation))}: ${kind}`,
    ...(summary === "" ? [] : [`   ${paint("dim", summary)}`]),
    ...causes.flatMap((cause) => {
      const origins = cause.origins.map((origin) => `<- ${place(origin)}`)
      return cause.field === ""
        ? origins.map((origin) => `   ${origin}`)
        : [`   ${change(cause)}`, ...origins.map((origin) => `     ${origin}`)]
    }),
    `   unavailable: ${outage(impact)}; ${impact.reason}`,
    ...(impact.reversible ? [] : [`   ${paint("red", `not reversible: ${impact.lost}`)}`]),
  ]
}

function headroomLines({ headroom }: FleetPlan, paint: Paint): string[] {
  return [
    "headroom, used of provided:",
    ...headroom.flatMap((row) => {
      const line = `  ${label(row)}: ${share(row.before, row.unit)} -> ${share(row.after, row.unit)}`
      return [
        exceeded(row) ? paint("red", `${line}, more than there is`) : line,
        ...(row.arithmetic === "" ? [] : [paint("dim", `    ${row.arithmetic}`)]),
      ]
    }),
  ]
}

function costLines({ cost }: FleetPlan): string[] {
  const { currency, asOf, source, rows } = cost
  if (asOf === "") return ["cost: the box costs nothing"]
  return [
    `cost a month, list prices of ${asOf}, ${source}: ${money(cost.before, currency)} -> ${money(cost.after, currency)}`,
    ...rows
      .filter((row) => row.countBefore !== row.countAfter || row.price === null)
      .map(
        (row) =>
          `  ${row.role} ${row.size ?? "without a size"} at ${money(row.price, currency)}: ${row.countBefore} -> ${row.countAfter}`,
      ),
  ]
}

function guardLines({ refusals }: FleetPlan, paint: Paint): string[] {
  return [
    paint("red", "the guard refuses this plan:"),
    ...refusals.flatMap(({ rule, messages }) => messages.map((message) => `  ${rule}: ${message}`)),
    `apply it anyway with ${refusals.map(({ rule }) => `--override ${rule}`).join(" ")}`,
  ]
}
