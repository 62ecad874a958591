import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { DrillReport } from "./report.ts"

const begin = "<!-- numbers:begin -->"
const end = "<!-- numbers:end -->"

/**
 * The measured numbers as a Markdown table, a row for each name in order: of its report,
 * else the row that `text` has, which was made on another machine or earlier.
 */
export function numbersTable(names: string[], reports: DrillReport[], text: string): string {
  const old = new Map(text.split("\n").map((line) => [/^\| ([a-z-]+) \|/.exec(line)?.[1], line]))
  const rows = names.flatMap((name) => {
    const report = reports.find((one) => one.name === name)
    return (report === undefined ? old.get(name) : rowOf(report)) ?? []
  })
  return [
    "| drill | min / median / max | held to | verdict | measured |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n")
}

function rowOf(report: DrillReport): string {
  const { name, distribution, unit, samples, bounds, verdict, machine, when, commit } = report
  const { min, median, max } = distribution
  const limits = bounds.map((bound) => `${bound.what}: ${bound.measured} (limit ${bound.limit})`)
  const cells = [
    name,
    `${min} / ${median} / ${max} ${unit} (n=${samples.length})`,
    limits.join("<br>"),
    verdict,
    `${when.slice(0, 10)}, ${commit.slice(0, 7)}, ${machine}`,
  ]
  return `| ${cells.join(" | ")} |`
}

/** Rewrites the table in README.md from the reports that are there. */
export function updateReadme(repository: string, names: string[]): void {
  const directory = join(repository, "reports")
  const present = existsSync(directory) ? readdirSync(directory) : []
  const reports = names
    .filter((name) => present.includes(`${name}.json`))
    .map((name) => JSON.parse(readFileSync(join(directory, `${name}.json`), "utf8")) as DrillReport)
  const missing = names.filter((name) => !present.includes(`${name}.json`))
  if (missing.length > 0) {
    process.stderr.write(`no report here, so the row is as it was, of ${missing.join(", ")}\n`)
  }
  const file = join(repository, "README.md")
  const text = readFileSync(file, "utf8")
  writeFileSync(file, replaceTable(text, `${numbersTable(names, reports, text)}\n`))
}

/** Puts `table` between the markers. Throws when they are missing. */
export function replaceTable(text: string, table: string): string {
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`README.md lacks ${begin} and ${end}`)
  return `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`
}
