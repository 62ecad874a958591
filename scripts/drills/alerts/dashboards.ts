import { join, relative } from "node:path"
import { gapLine, unexplained } from "../../dashboards/gaps.ts"
import { type DashboardsReport, proveDashboards } from "../../dashboards/verb.ts"
import { writeAtomic } from "../../io/files.ts"
import type { Drill } from "../drill.ts"
import { atMost } from "../report.ts"

/** Asks what Grafana would ask, and draws what it would show. */
export const dashboards: Drill = {
  name: "dashboards",
  environment: "local-data",
  summary: "every panel and list of the dashboards over the fleet's own Prometheus, drawn",
  run: async ({ repository, fleet, report }) => {
    const seen = await proveDashboards(repository, fleet.environment)
    const missing = unexplained(seen.gaps)
    for (const gap of seen.gaps) report(gapLine(gap))
    const page = join(repository, "reports", "dashboards.md")
    writeAtomic(page, dashboardsPage(seen))
    report(`drawn: ${relative(repository, page)}`)
    return {
      parameters: { dashboards: seen.dashboards },
      samples: [seen.panels],
      unit: "panels",
      bounds: [
        atMost("panels and lists without data and without a reason", missing.length, 0),
        atMost("dashboards without a panel", seen.panels < seen.dashboards ? 1 : 0, 0),
      ],
      details: { gaps: seen.gaps.map(gapLine) },
    }
  },
}

/** All of them on one page, beside their pictures. */
export function dashboardsPage({ environment, panels, gaps, previews }: DashboardsReport): string {
  return [
    `# Dashboards of ${environment}`,
    `What Grafana would show: the same queries over the fleet's own Prometheus, ${panels} panels. Drawn by \`npx quickcart dashboards ${environment}\`.`,
    ...(gaps.length === 0 ? [] : [gaps.map((gap) => `- ${gapLine(gap)}`).join("\n")]),
    ...previews.map((file) => {
      const inside = relative("reports", file)
      return `## ${inside.replace(/^.*\/|\.svg$/g, "")}\n\n![${inside}](${inside})`
    }),
  ].join("\n\n")
}
