import { mkdirSync, writeFileSync } from "node:fs"
import { cpus, totalmem } from "node:os"
import { join } from "node:path"
import { headCommit } from "../io/git.ts"
import { type AlertsDuring, alertsLine } from "./alerts/during-drill.ts"
import { type Distribution, distribution } from "./outage.ts"
import { machinePace } from "./pace.ts"

/** One bound that a drill holds the fleet to. */
export interface Bound {
  what: string
  limit: number
  measured: number
  met: boolean
  /** How fast the machine is decides it as much as the product does. */
  timing?: true
}

export interface DrillReport {
  name: string
  commit: string
  machine: string
  /** Times longer than on a quiet machine that starting a process took just after (`machinePace`). */
  pace: number
  when: string
  parameters: Record<string, unknown>
  samples: number[]
  unit: string
  distribution: Distribution
  bounds: Bound[]
  details: unknown
  /** What alerts did meanwhile; absent where nobody watches. */
  alerts?: AlertsDuring
  verdict: "pass" | "fail"
}

export interface Measured {
  parameters: Record<string, unknown>
  /** What was measured, once for each repetition. */
  samples: number[]
  unit: string
  bounds: Bound[]
  details?: unknown
  /** Markdown for people, beside the report. */
  page?: string
  alerts?: AlertsDuring
}

/** `measured` must not be above `limit`. */
export function atMost(what: string, measured: number, limit: number): Bound {
  return { what, limit, measured, met: measured <= limit }
}

/** A time that must not be above `limit`, on a machine that nobody else uses. */
export function atMostTime(what: string, measured: number, limit: number): Bound {
  return { ...atMost(what, measured, limit), timing: true }
}

/**
 * Other work on the machine lengthens a time without any fault of the product.
 * Tests let it pass up to this many times its limit; the report and
 * `quickcart drill` hold it to the limit itself.
 */
const sharedMachineFactor = 3

/** The bounds that fail a test run on a machine of this pace (`machinePace`). */
export function broken(bounds: Bound[], pace: number): Bound[] {
  return bounds.filter(
    ({ met, timing, measured, limit }) =>
      !met && (timing !== true || measured > limit * sharedMachineFactor * pace),
  )
}

/** Writes `reports/<name>.json`, and its page beside it, and returns it. */
export async function writeReport(
  repository: string,
  name: string,
  measured: Measured,
): Promise<DrillReport> {
  const report: DrillReport = {
    name,
    commit: await headCommit(repository),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? "cpu"}, ${(totalmem() / 1e9).toFixed(0)} GB`,
    pace: await machinePace(),
    when: new Date().toISOString(),
    parameters: measured.parameters,
    samples: measured.samples,
    unit: measured.unit,
    distribution: distribution(measured.samples),
    bounds: measured.bounds,
    details: measured.details ?? null,
    ...(measured.alerts === undefined ? {} : { alerts: measured.alerts }),
    verdict: measured.bounds.every((bound) => bound.met) ? "pass" : "fail",
  }
  mkdirSync(join(repository, "reports"), { recursive: true })
  writeFileSync(join(repository, "reports", `${name}.json`), `${JSON.stringify(report, null, 2)}\n`)
  if (measured.page !== undefined) {
    writeFileSync(join(repository, "reports", `${name}.md`), measured.page)
  }
  return report
}

/** The report in a few lines for a terminal. */
export function reportText(report: DrillReport): string {
  const { min, median, p99, max } = report.distribution
  const numbers = `min ${min} / median ${median} / p99 ${p99} / max ${max} ${report.unit} (n=${report.samples.length})`
  const bounds = report.bounds.map(
    (bound) =>
      `  ${bound.met ? "ok  " : "FAIL"} ${bound.what}: ${bound.measured} <= ${bound.limit}`,
  )
  const alerts = report.alerts === undefined ? [] : [`  ${alertsLine(report.alerts)}`]
  return [`${report.name}: ${report.verdict}, ${numbers}`, ...bounds, ...alerts].join("\n")
}
