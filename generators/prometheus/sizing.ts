import { maxAppHosts, tasksPerHost } from "../app/task-count.ts"
import type { Fleet, Monitoring } from "../core/fleet.ts"
import { hostsOf, kebabRole } from "../core/roles.ts"
import committed from "./series-per-host.json" with { type: "json" }

/** How many series a fleet had; written by `scripts/monitoring/measure-series.ts`. */
export interface SeriesMeasurement {
  /** Day of the measurement, `YYYY-MM-DD`. */
  asOf: string
  /** How it was made. */
  source: string
  /** Series about one host, by its role as files write it: of all that runs there. */
  perHost: Record<string, number>
  /** Of one task of the shop. */
  perAppTask: number
  /** Of what there is once: recorded series, Prometheus and Alertmanager themselves. */
  perFleet: number
  /** What Prometheus itself said then: series in memory, and its resident memory. */
  prometheus: { series: number; residentBytes: number } | null
}

/** The committed measurement. */
export const measurement: SeriesMeasurement = committed

/** What Prometheus needs for a fleet of some size. */
export interface MonitoringSize {
  /** All hosts, the bastion included, which has no series. */
  hosts: number
  /** Those that get samples. */
  series: number
  memoryBytes: number
  diskBytes: number
}

/** "How much RAM does Prometheus 2.x need for cardinality and ingestion?", Robust Perception. */
const memory = {
  bytesPerSeries: 732,
  bytesPerLabel: 32,
  bytesPerValue: 120,
  /** Head compaction keeps up to three hours of samples. */
  headSeconds: 3 * 3600,
  chunkOverhead: 1.5,
  /** Go collects garbage when the heap has doubled. */
  garbage: 2,
}

/** Labels of a series here: its name, job, instance, node, role and some of its own. */
const labelsPerSeries = 8

/** Rules, queries and the program itself, before the first series. */
const baseBytes = 100e6

/** Prometheus's documentation, "Storage", gives 1 to 2 bytes a sample. */
const bytesPerSample = 2

/** The same page: at least three files of the write-ahead log, of 128 MB each. */
const walBytes = 3 * 128e6

/** The size up to which a fleet of this kind is meant to grow. */
export const manyHosts = 60

/** The fleet as declared, with all app hosts that it may have, and with so many that it has 60 hosts. */
export function monitoringSizes(fleet: Fleet, monitoring: Monitoring) {
  const now = hostsOf(fleet, "app").length
  const others = fleet.hosts.length - now
  return {
    declared: monitoringSize(fleet, monitoring, now),
    largest: monitoringSize(fleet, monitoring, maxAppHosts(fleet)),
    many: monitoringSize(fleet, monitoring, Math.max(manyHosts - others, now)),
  }
}

function monitoringSize(fleet: Fleet, monitoring: Monitoring, appHosts: number): MonitoringSize {
  const { perAppTask, perFleet } = measurement
  const fixed = fleet.hosts.filter(({ role }) => role !== "app")
  const ofHosts = [...fixed, ...hostsOf(fleet, "app").slice(0, 1)].map(({ role }) => ({
    count: role === "app" ? appHosts : 1,
    each: seriesOfHost(kebabRole(role)),
  }))
  const ofTasks = appHosts * tasksPerHost(fleet) * perAppTask
  const series = ofHosts.reduce((sum, { count, each }) => sum + count * each, perFleet + ofTasks)
  // A new version replaces every task, and the series of the old ones stay in the head.
  const inMemory = series + ofTasks
  const { scrapeIntervalSeconds, retentionSeconds } = monitoring
  return {
    hosts: fixed.length + appHosts,
    series,
    memoryBytes: baseBytes + inMemory * bytesOfSeries(scrapeIntervalSeconds),
    diskBytes: walBytes + (retentionSeconds * series * bytesPerSample) / scrapeIntervalSeconds,
  }
}

/** Of a host of this role; the box has Redis on its database hosts, so theirs stands for its own. */
export function seriesOfHost(role: string): number {
  if (role === "bastion") return 0
  return measurement.perHost[role] ?? measurement.perHost.database ?? 0
}

/** Memory that one series takes, with its samples that are not on disk yet. */
export function bytesOfSeries(scrapeIntervalSeconds: number): number {
  const { bytesPerSeries, bytesPerLabel, bytesPerValue } = memory
  const { headSeconds, chunkOverhead, garbage } = memory
  const identity = bytesPerSeries + labelsPerSeries * bytesPerLabel + bytesPerValue
  const samples = (headSeconds / scrapeIntervalSeconds) * bytesPerSample * chunkOverhead
  return garbage * (identity + samples)
}

/** The arithmetic in words, for the README. */
export function sizingFormulas({ scrapeIntervalSeconds }: Monitoring) {
  const { bytesPerSeries, bytesPerLabel, bytesPerValue } = memory
  const { headSeconds, chunkOverhead, garbage } = memory
  const scrapes = headSeconds / scrapeIntervalSeconds
  return {
    bytesPerSeries: `${garbage} × (${bytesPerSeries} + ${labelsPerSeries} labels × ${bytesPerLabel} + ${bytesPerValue} + ${scrapes} samples in ${headSeconds / 3600} h × ${bytesPerSample} × ${chunkOverhead})`,
    baseBytes,
    bytesPerSample,
    walBytes,
  }
}
