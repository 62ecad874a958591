import { readFleetFile } from "../deploy/fleet-file.ts"
import { Failure } from "../io/failure.ts"
import { openState } from "../io/state.ts"
import type { Drill, DrillContext } from "./drill.ts"
import { drills } from "./index.ts"
import { updateReadme } from "./numbers.ts"
import { type DrillReport, reportText, writeReport } from "./report.ts"

const environment = "local"

/** What tests and benches report beside the drills. */
const otherReports = ["box-start", "render-scaling", "drift", "secret-rotation", "test-run"]

/** What drills need to know of the box. */
export function drillContext(
  repository: string,
  report: (line: string) => void,
  thorough: boolean,
): DrillContext {
  const fleet = readFleetFile(repository, environment)
  return { repository, fleet, state: openState(repository, environment), report, thorough }
}

/** Runs one drill and writes its report. */
export async function runDrill(context: DrillContext, drill: Drill): Promise<DrillReport> {
  context.report(`${drill.name}: ${drill.summary}`)
  return writeReport(context.repository, drill.name, await drill.run(context))
}

/** The `drill` verb; returns the exit code. */
export async function drillVerb(
  repository: string,
  names: string[],
  options: { list?: boolean; json?: boolean; updateReadme?: boolean },
): Promise<number> {
  if (options.updateReadme === true) {
    updateReadme(repository, [...otherReports, ...drills.map((drill) => drill.name)])
    return 0
  }
  if (options.list === true) {
    for (const drill of drills) process.stdout.write(`${drill.name.padEnd(18)} ${drill.summary}\n`)
    return 0
  }
  const chosen = names.length === 0 ? drills : names.map(drillNamed)
  const context = drillContext(repository, (line) => process.stderr.write(`  ${line}\n`), true)
  const reports: DrillReport[] = []
  for (const drill of chosen) {
    const report = await runDrill(context, drill)
    reports.push(report)
    if (options.json !== true) process.stdout.write(`${reportText(report)}\n`)
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(reports)}\n`)
  return reports.every((report) => report.verdict === "pass") ? 0 : 1
}

function drillNamed(name: string): Drill {
  const found = drills.find((drill) => drill.name === name)
  if (found !== undefined) return found
  throw new Failure(`no drill is called "${name}"; known: ${drills.map((d) => d.name).join(", ")}`)
}
