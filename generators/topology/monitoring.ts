import { formatDuration } from "../core/duration.ts"
import type { Fleet } from "../core/fleet.ts"
import { kebabRole } from "../core/roles.ts"
import {
  bytesOfSeries,
  type MonitoringSize,
  measurement,
  monitoringSizes,
  seriesOfHost,
  sizingFormulas,
} from "../prometheus/sizing.ts"
import { formatBytes, formatNumber, markdownTable } from "./table.ts"

/** The section of the README about what Prometheus needs; nothing without monitoring. */
export function monitoringSection(fleet: Fleet): string[] {
  const { monitoring } = fleet
  if (monitoring === null) return []
  const { declared, largest, many } = monitoringSizes(fleet, monitoring)
  const columns: [string, MonitoringSize][] = [
    ["This fleet", declared],
    ...(largest.hosts === declared.hosts
      ? []
      : [["With all app hosts", largest] as [string, MonitoringSize]]),
    ["A large fleet", many],
  ]
  const row = (what: string, of: (size: MonitoringSize) => string, given: string) => [
    what,
    ...columns.map(([, size]) => of(size)),
    given,
  ]
  const formulas = sizingFormulas(monitoring)
  const n = formatNumber
  const perSeries = bytesOfSeries(monitoring.scrapeIntervalSeconds)
  const interval = formatDuration(monitoring.scrapeIntervalSeconds)
  return [
    "## Monitoring",
    markdownTable(
      [
        "Prometheus",
        ...columns.map(([title, { hosts }]) => `${title}: ${n(hosts)} hosts`),
        "May use",
      ],
      [
        row("Series", ({ series }) => n(series), ""),
        row(
          "Memory",
          ({ memoryBytes }) => rounded(memoryBytes),
          formatBytes(monitoring.memoryBytes),
        ),
        row("Disk", ({ diskBytes }) => rounded(diskBytes), formatBytes(monitoring.storageBytes)),
      ],
    ),
    [
      `- Series: for each host by its role ${seriesByRole(fleet)}; ${n(measurement.perAppTask)} for each task of the shop; ${n(measurement.perFleet)} once. ${asOf()}`,
      `- Memory: ${formatBytes(formulas.baseBytes)} + series × ${n(Math.round(perSeries))} bytes, those of the tasks twice, because a new version replaces them all. A series takes ${formulas.bytesPerSeries} ([Robust Perception](https://www.robustperception.io/how-much-ram-does-prometheus-2-x-need-for-cardinality-and-ingestion/)).`,
      `- Disk: ${n(monitoring.retentionSeconds)} s of retention × series ÷ ${interval} × ${formulas.bytesPerSample} bytes a sample, and ${formatBytes(formulas.walBytes)} for the write-ahead log ([Prometheus, "Storage"](https://prometheus.io/docs/prometheus/latest/storage/#operational-aspects): 1 to 2 bytes, at least three files of 128 MB).`,
      ...prometheusItself(perSeries, formulas.baseBytes),
    ].join("\n"),
  ]
}

function seriesByRole(fleet: Fleet): string {
  const roles = new Set(fleet.hosts.map(({ role }) => kebabRole(role)))
  return [...roles]
    .filter((role) => role !== "bastion")
    .map((role) => `${role} ${formatNumber(seriesOfHost(role))}`)
    .join(", ")
}

function asOf(): string {
  return `As of ${measurement.asOf}: ${measurement.source.replace(/\.?$/, ".")}`
}

/** How far the formula is from what was seen. */
function prometheusItself(perSeries: number, baseBytes: number): string[] {
  if (measurement.prometheus === null) return []
  const { series, residentBytes } = measurement.prometheus
  return [
    `- Then Prometheus used ${rounded(residentBytes)} for ${formatNumber(series)} series; by the formula it is ${rounded(baseBytes + series * perSeries)}.`,
  ]
}

/** To ten megabytes: it is an estimate. */
function rounded(bytes: number): string {
  return formatBytes(Math.round(bytes / 1e7) * 1e7)
}
