import { join, relative } from "node:path"
import { readFleetFile } from "../deploy/fleet-file.ts"
import { nowMs } from "../io/clock.ts"
import { Failure } from "../io/failure.ts"
import { writeAtomic } from "../io/files.ts"
import { openRemote } from "../io/ssh.ts"
import { openState } from "../io/state.ts"
import { openMonitoring } from "../monitoring/access.ts"
import { readDashboards } from "./committed.ts"
import { type Gap, gapLine, gapsOf, unexplained } from "./gaps.ts"
import { lookAtDashboards } from "./look.ts"
import { previewSvg } from "./preview.ts"

/** What a look at a fleet's dashboards found. */
export interface DashboardsReport {
  environment: string
  dashboards: number
  panels: number
  gaps: Gap[]
  /** Pictures that were written, relative to the repository. */
  previews: string[]
}

/** How far back a look goes. */
const rangeSeconds = 3600

/**
 * Asks a live fleet's Prometheus the query of every panel and variable of the committed
 * dashboards, and draws each dashboard into `reports/dashboards/<uid>.svg`. Throws a Failure
 * for a fleet without monitoring.
 */
export async function proveDashboards(
  repository: string,
  environment: string,
): Promise<DashboardsReport> {
  const fleet = readFleetFile(repository, environment)
  const committed = readDashboards(repository, environment)
  const remote = openRemote(fleet, openState(repository, environment))
  try {
    const access = openMonitoring(fleet, remote)
    if (access === null) throw new Failure(`${environment} has no monitoring that could be asked.`)
    const toSeconds = Math.floor(nowMs() / 1000)
    const span = { fromSeconds: toSeconds - rangeSeconds, toSeconds }
    const seen = await lookAtDashboards(access, committed, span)
    const previews = seen.map((one) => {
      const file = join(repository, "reports", "dashboards", `${one.dashboard.uid}.svg`)
      writeAtomic(file, previewSvg(one, span))
      return relative(repository, file)
    })
    return {
      environment,
      dashboards: seen.length,
      panels: seen.reduce((sum, { panels }) => sum + panels.length, 0),
      gaps: gapsOf(seen),
      previews,
    }
  } finally {
    await remote.close()
  }
}

/** The verb `dashboards <env>`; returns the exit code: 1 when a panel shows nothing that should. */
export async function dashboardsVerb(
  repository: string,
  environment: string,
  options: { json?: boolean },
): Promise<number> {
  const report = await proveDashboards(repository, environment)
  const text = options.json === true ? JSON.stringify(report) : reportText(report)
  process.stdout.write(`${text}\n`)
  return unexplained(report.gaps).length === 0 ? 0 : 1
}

function reportText({ environment, dashboards, panels, gaps, previews }: DashboardsReport): string {
  const without = unexplained(gaps).length
  return [
    ...gaps.map(gapLine),
    ...previews.map((file) => `wrote ${file}`),
    `${environment}: ${panels} panels of ${dashboards} dashboards, ${without === 0 ? "all show data or say why not" : `${without} without data`}`,
  ].join("\n")
}
