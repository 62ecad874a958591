import type { FleetPlan, PlanOperation } from "./model.ts"
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
} from "./phrases.ts"

/** A comment on GitHub holds 65,536 characters; the rest is for what surrounds the plan. */
export const mostCharacters = 60_000

const truncated = "\n\n_Truncated here: run `npx quickcart plan` for all of it._\n"
const longestTable = 35_000

/** The plan as a pull request comment, never longer than `mostCharacters`. */
export function planMarkdown(plan: FleetPlan): string {
  const heading = `### Plan for ${code(plan.environment)}: ${cell(plan.from)} → ${cell(plan.to)}`
  if (plan.operations.length === 0) {
    return join([heading, "**Nothing to change.**", ...guard(plan), ...notes(plan)])
  }
  const summary = `**${countOperations(plan)}; ${outageSummary(plan)}; ${costDelta(plan.cost)}.**`
  const parts = [
    heading,
    cell(summary),
    ...guard(plan),
    operationsTable(plan),
    headroomTable(plan),
    costTable(plan),
    ...notes(plan),
  ]
  return join(withDetails(parts, plan))
}

function join(parts: string[]): string {
  const text = `${parts.filter((part) => part !== "").join("\n\n")}\n`
  return text.length <= mostCharacters
    ? text
    : `${text.slice(0, mostCharacters - truncated.length)}${truncated}`
}

/** Details are left out whole where they do not fit: half a `<details>` breaks the comment. */
function withDetails(parts: string[], plan: FleetPlan): string[] {
  const details = [
    ...plan.operations.flatMap(operationDetails),
    ...plan.diffs.map(({ path, patch }) => fold(code(path), fence("diff", patch))),
  ]
  const kept = [...parts]
  let left = mostCharacters - parts.join("\n\n").length - truncated.length - 100
  let dropped = 0
  for (const detail of details) {
    if (detail.length + 2 > left) dropped += 1
    else {
      kept.push(detail)
      left -= detail.length + 2
    }
  }
  if (dropped > 0) {
    kept.push(
      `_${dropped} more details do not fit here: run \`npx quickcart plan\` for all of it._`,
    )
  }
  return kept
}

function operationsTable({ operations }: FleetPlan): string {
  const rows = operations.map((operation, index) => {
    const { kind, name, wave, impact } = operation
    const undo = impact.reversible ? "yes" : `**no**: ${cell(impact.lost)}`
    return `| ${index + 1} | ${kind} ${code(name)} | ${wave ?? ""} | ${why(operation)} | ${impact.kind} | ${outage(impact)} | ${undo} |`
  })
  const kept = fitting(rows, longestTable)
  const more = rows.length - kept.length
  return [
    "| # | Operation | Wave | Cause | Impact | Unavailable | Reversible |",
    "|--:|---|--:|---|---|---|---|",
    ...kept,
    ...(more > 0 ? [`| | and ${more} more | | | | | |`] : []),
  ].join("\n")
}

function fitting(rows: string[], limit: number): string[] {
  let length = 0
  return rows.filter((row) => {
    length += row.length + 1
    return length <= limit
  })
}

/** The edits behind an operation, or its own sentence. */
function why({ causes, summary }: PlanOperation): string {
  const places = [...new Set(causes.flatMap(({ origins }) => origins.map(place)))]
  const fields = causes.map(({ field }) => field).filter((field) => field !== "")
  const shown = places.length > 0 ? places : fields
  if (shown.length === 0) return cell(summary)
  const more = shown.length > 4 ? [`and ${shown.length - 4} more`] : []
  return [...shown.slice(0, 4).map(code), ...more].join("<br>")
}

function operationDetails(operation: PlanOperation): string[] {
  const { kind, name, causes, impact } = operation
  const lines = causes
    .filter(({ field }) => field !== "")
    .map((cause) => [change(cause), ...cause.origins.map((one) => `  <- ${place(one)}`)].join("\n"))
  if (lines.length === 0) return []
  const body = `${cell(impact.reason)}\n\n${fence("", lines.join("\n"))}`
  return [fold(`${kind} ${code(name)}`, body)]
}

function headroomTable({ headroom }: FleetPlan): string {
  return [
    "| Headroom | Before | After | How much is used |",
    "|---|---|---|---|",
    ...headroom.map((row) => {
      const after = share(row.after, row.unit)
      const shown = exceeded(row) ? `**${after}, more than there is**` : after
      return `| ${cell(label(row))} | ${share(row.before, row.unit)} | ${shown} | ${cell(row.arithmetic)} |`
    }),
  ].join("\n")
}

function costTable({ cost }: FleetPlan): string {
  const { currency, asOf, source, rows } = cost
  if (asOf === "") return "The box costs nothing."
  return [
    `| Hosts | Size | ${currency} a month each | Before | After |`,
    "|---|---|--:|--:|--:|",
    ...rows.map(
      (row) =>
        `| ${cell(row.role)} | ${row.size === null ? "unknown" : code(row.size)} | ${row.price ?? "unknown"} | ${row.countBefore} | ${row.countAfter} |`,
    ),
    `| **Total** (list prices of ${asOf}, ${cell(source)}) | | | ${money(cost.before, currency)} | ${money(cost.after, currency)} |`,
  ].join("\n")
}

function guard({ refusals }: FleetPlan): string[] {
  if (refusals.length === 0) return []
  const lines = refusals.flatMap(({ rule, messages }) =>
    messages.map((message) => `> - ${code(rule)}: ${cell(message)}`),
  )
  return [`> **The guard refuses this plan:**\n${lines.join("\n")}`]
}

function notes({ notes }: FleetPlan): string[] {
  return notes.length === 0 ? [] : [notes.map((note) => `- ${cell(note)}`).join("\n")]
}

function fold(summary: string, body: string): string {
  return `<details><summary>${summary.replaceAll(/`([^`]*)`/g, "<code>$1</code>")}</summary>\n\n${body}\n\n</details>`
}

/** A fence longer than any run of backticks inside, so that a rendered file cannot end it. */
function fence(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const marks = "`".repeat(longest + 1)
  return `${marks}${language}\n${text.trimEnd()}\n${marks}`
}

/** Text that can neither end a table cell, nor become HTML, nor mention anybody. */
function cell(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("|", "\\|")
    .replaceAll("@", "@\u200b")
}

function code(text: string): string {
  const safe = text.replaceAll("`", "'").replaceAll(/\s+/g, " ").replaceAll("|", "\\|")
  return `\`${safe.replaceAll("<", "‹").replaceAll(">", "›")}\``
}
