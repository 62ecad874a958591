import { join } from "node:path"
import { list, readParsed, readText, writeAtomic } from "../../io/files.ts"
import type { DrillReport } from "../report.ts"
import { drillAlerts } from "./drill-alerts.ts"
import { drillMatrix, withDrillMatrix } from "./drill-matrix.ts"
import { faults } from "./faults.ts"

/** Rewrites the drills' section of `reports/alert-coverage.md` from the reports that are there. */
export function writeDrillMatrix(repository: string): void {
  const directory = join(repository, "reports")
  const present = list(directory)
  const reports = Object.keys(drillAlerts)
    .map((name) => `${name}.json`)
    .filter((file) => present.includes(file))
    .map((file) =>
      readParsed(
        join(directory, file),
        (text) => JSON.parse(text) as DrillReport,
        "Remove it, or run its drill again.",
      ),
    )
  const page = join(directory, "alert-coverage.md")
  const section = drillMatrix({ declared: drillAlerts, faults, reports })
  writeAtomic(page, withDrillMatrix(readText(page) ?? "", section))
}
