import { readFleetFile } from "../deploy/fleet-file.ts"
import { nowMs } from "../io/clock.ts"
import { Failure } from "../io/failure.ts"
import { openState } from "../io/state.ts"
import type { AlertsDuring } from "./alerts/during-drill.ts"
import { alertsSince } from "./alerts/watch-drill.ts"
import { writeDrillMatrix } from "./alerts/write-drill-matrix.ts"
import type { Drill, DrillContext } from "./drill.ts"
import { drills, environmentOf } from "./index.ts"
import { updateReadme } from "./numbers.ts"
import { atMost, type DrillReport, type Measured, reportText, writeReport } from "./report.ts"

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

/**
 * Runs one drill and writes its report, with what the fleet's alerts did meanwhile. That of chosen
 * parts is `<drill>-parts`: it says nothing of the others, and must not replace what does.
 */
export async function runDrill(context: DrillContext, drill: Drill): Promise<DrillReport> {
  context.report(`${drill.name}: ${drill.summary}`)
  const beganAt = nowMs() / 1000
  const measured = await drill.run(context)
  const alerts = await alertsSince(context, drill.name, beganAt)
  const judged = alerts === null ? measured : withAlerts(measured, alerts, context.thorough)
  const isWhole = (context.only ?? []).length === 0
  const name = isWhole ? drill.name : `${drill.name}-parts`
  const report = await writeReport(context.repository, name, judged)
  writeDrillMatrix(context.repository)
  return report
}

/** What was measured, and the alerts; a thorough run is held to them. */
export function withAlerts(measured: Measured, alerts: AlertsDuring, thorough: boolean): Measured {
  const old = alerts.unproven.length === 0 ? "" : ` (on before: ${alerts.unproven.join(", ")})`
  const bounds = [
    atMost("false alerts", alerts.unexplained.length, 0),
    atMost(`alerts that had to fire and did not${old}`, alerts.missing.length, 0),
    // Without an answer there is neither kind.
    atMost("seconds in which nobody looked", alerts.blindSeconds, 0),
  ]
  return { ...measured, alerts, bounds: [...measured.bounds, ...(thorough ? bounds : [])] }
}

interface DrillOptions {
  list?: boolean
  json?: boolean
  updateReadme?: boolean
  env: string
  /** Parts of the one drill that is named. */
  only?: string[]
}

/** The `drill` verb; returns the exit code. */
export async function drillVerb(
  repository: string,
  names: string[],
  options: DrillOptions,
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
  const only = options.only ?? []
  requireParts(chosen, only)
  const say = (line: string) => process.stderr.write(`  ${line}\n`)
  const reports: DrillReport[] = []
  for (const drill of chosen) {
    const context = { ...drillContext(repository, say, true, environmentOf(drill)), only }
    const report = await runDrill(context, drill)
    reports.push(report)
    if (options.json !== true) process.stdout.write(`${reportText(report)}\n`)
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(reports)}\n`)
  return reports.every((report) => report.verdict === "pass") ? 0 : 1
}

/** Throws a Failure when `--only` names what is no part of the one drill that is run. */
export function requireParts(chosen: readonly Drill[], only: readonly string[]): void {
  if (only.length === 0) return
  const [drill, ...others] = chosen
  if (drill?.parts === undefined || others.length > 0) {
    const having = drills.filter(({ parts }) => parts !== undefined).map(({ name }) => name)
    throw new Failure(`--only goes with one drill that has parts: ${having.join(", ")}`)
  }
  const unknown = only.filter((name) => drill.parts?.includes(name) !== true)
  if (unknown.length === 0) return
  throw new Failure(
    `${drill.name} has no part "${unknown.join('", "')}"; known: ${drill.parts.join(", ")}`,
  )
}

function drillNamed(name: string): Drill {
  const found = drills.find((drill) => drill.name === name)
  if (found !== undefined) return found
  throw new Failure(`no drill is called "${name}"; known: ${drills.map((d) => d.name).join(", ")}`)
}
