import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { DrillReport } from "./report.ts"

const begin = "<!-- numbers:begin -->"
const end = "<!-- numbers:end -->"

/** The measured numbers as a Markdown table, one row a report. */
export function numbersTable(reports: DrillReport[]): string {
  const rows = reports.map(({ name, distribution, unit, samples, bounds, verdict }) => {
    const { min, median, max } = distribution
    const limits = bounds.map((bound) => `${bound.what}: ${bound.measured} (limit ${bound.limit})`)
    return `| ${name} | ${min} / ${median} / ${max} ${unit} (n=${samples.length}) | ${limits.join("<br>")} | ${verdict} |`
  })
  const first = reports[0]
  const where =
    first === undefined ? "" : `\nMeasured on ${first.machine}, ${first.when.slice(0, 10)}.\n`
  return [
    "| drill | min / median / max | held to | verdict |",
    "| --- | --- | --- | --- |",
    ...rows,
    where,
  ].join("\n")
}

/** Rewrites the table in README.md from the reports that are there. */
export function updateReadme(repository: string, drillNames: string[]): void {
  const directory = join(repository, "reports")
  const present = existsSync(directory) ? readdirSync(directory) : []
  const reports = drillNames
    .filter((name) => present.includes(`${name}.json`))
    .map((name) => JSON.parse(readFileSync(join(directory, `${name}.json`), "utf8")) as DrillReport)
  const missing = drillNames.filter((name) => !present.includes(`${name}.json`))
  if (missing.length > 0) {
    process.stderr.write(`no report, so no row, of ${missing.join(", ")}\n`)
  }
  const file = join(repository, "README.md")
  writeFileSync(file, replaceTable(readFileSync(file, "utf8"), numbersTable(reports)))
}

/** Puts `table` between the markers. Throws when they are missing. */
export function replaceTable(text: string, table: string): string {
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`README.md lacks ${begin} and ${end}`)
  return `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`
}
