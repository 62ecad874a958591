import { adoptionLines } from "./adopt.ts"
import { differenceLine } from "./difference.ts"
import { type DriftReport, drift } from "./drift.ts"

export interface DriftVerbOptions {
  heal?: boolean
  allowDirty?: boolean
  override: string[]
  adopt?: boolean
  hosts?: boolean
  json?: boolean
}

/** The verb `drift <env>`; returns the exit code: 0 clean, 2 drift or pending. */
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
  return report.differences.length === 0 ? 0 : 2
}

/** The report as a person reads it. */
export function driftText(report: DriftReport, adopt: boolean): string {
  const { environment, commit, differences, notes, seconds } = report
  const drifted = differences.filter((one) => one.kind === "drift").length
  const pending = differences.length - drifted
  const outcome =
    differences.length === 0
      ? "live equals git"
      : `${drifted} drifted, ${pending} pending (apply has not run)`
  return [
    ...differences.map(differenceLine),
    ...notes.map((note) => `note: ${note}`),
    ...(adopt ? adoptionLines(report.adoptions, `environments/${environment}.yaml`) : []),
    `${environment} at ${commit.slice(0, 12)}: ${outcome}, ${seconds.toFixed(1)} s`,
  ].join("\n")
}
