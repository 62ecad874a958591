import { adoptionLines } from "./adopt.ts"
import { type Difference, differenceLine } from "./difference.ts"
import { type DriftReport, drift } from "./drift.ts"

export interface DriftVerbOptions {
  heal?: boolean
  allowDirty?: boolean
  override: string[]
  adopt?: boolean
  hosts?: boolean
  json?: boolean
}

/** The verb `drift <env>`; returns the exit code: 0 clean, 2 something differs, 1 nothing seen does, but not all could be looked at. */
export async function driftVerb(
  repository: string,
  environment: string,
  options: DriftVerbOptions,
): Promise<number> {
  const report = await drift(repository, environment, {
    heal: options.heal === true,
    allowDirty: options.allowDirty === true,
    overrides: options.override,
    hosts: options.hosts === true,
    report: options.json === true ? () => undefined : (line) => process.stderr.write(`  ${line}\n`),
  })
  const text =
    options.json === true ? JSON.stringify(report) : driftText(report, options.adopt === true)
  process.stdout.write(`${text}\n`)
  return driftExitCode(report)
}

/** A difference that was found is certain, whatever could not be looked at. */
export function driftExitCode({
  differences,
  unseen,
}: Pick<DriftReport, "differences" | "unseen">): 0 | 1 | 2 {
  if (differences.length > 0) return 2
  return unseen.length > 0 ? 1 : 0
}

/** The report as a person reads it. */
export function driftText(report: DriftReport, adopt: boolean): string {
  const { environment, commit, differences, unseen, notes, seconds } = report
  return [
    ...differences.map(differenceLine),
    ...unseen.map((line) => `could not look at ${line}`),
    ...notes.map((note) => `note: ${note}`),
    ...(adopt ? adoptionLines(report.adoptions, `environments/${environment}.yaml`) : []),
    `${environment} at ${commit.slice(0, 12)}: ${outcome(report)}, ${seconds.toFixed(1)} s`,
  ].join("\n")
}

function outcome({ differences, unseen }: DriftReport): string {
  const count = (kind: Difference["kind"]) => differences.filter((one) => one.kind === kind).length
  const unknown = count("unknown")
  if (differences.length > 0) {
    const more = unknown === 0 ? "" : `, ${unknown} unknown (drift or pending)`
    return `${count("drift")} drifted, ${count("pending")} pending (apply has not run)${more}`
  }
  return unseen.length === 0 ? "live equals git" : "nothing found, but not all could be looked at"
}
