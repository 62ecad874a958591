import { readFleetFile } from "../deploy/fleet-file.ts"
import { Failure } from "../io/failure.ts"
import { openState } from "../io/state.ts"
import type { Drill, DrillContext } from "./drill.ts"
import { drills, environmentOf } from "./index.ts"
import { updateReadme } from "./numbers.ts"
import { type DrillReport, reportText, writeReport } from "./report.ts"

/** What tests and benches report beside the drills. */
const otherReports = [
  "box-start",
  "data-box-start",
  "render-scaling",
  "drift",
  "secret-rotation",
  "workflows",
  "data-secrets",
  "test-run",
]

/** What drills need to know of the box. */
export function drillContext(
  repository: string,
  report: (line: string) => void,
  thorough: boolean,
  environment = "local",
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
  options: { list?: boolean; json?: boolean; updateReadme?: boolean; env: string },
): Promise<number> {
  if (options.updateReadme === true) {
    updateReadme(repository, [...otherReports, ...drills.map((drill) => drill.name)])
    return 0
  }
  if (options.list === true) {
    for (const drill of drills) {
      const on = environmentOf(drill).padEnd(11)
      process.stdout.write(`${drill.name.padEnd(18)} ${on} ${drill.summary}\n`)
    }
    return 0
  }
  const ofBox = drills.filter((drill) => environmentOf(drill) === options.env)
  const chosen = names.length === 0 ? ofBox : names.map(drillNamed)
  const say = (line: string) => process.stderr.write(`  ${line}\n`)
  const reports: DrillReport[] = []
  for (const drill of chosen) {
    const context = drillContext(repository, say, true, environmentOf(drill))
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
