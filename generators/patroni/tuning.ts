import type { Database, Fleet, Host } from "../core/fleet.ts"

/** One PostgreSQL parameter that is computed, with why; shown in `stacks/<env>/README.md`. */
export interface Setting {
  parameter: string
  value: string | number
  /** How the value comes about. */
  formula: string
  reason: string
}

const mebibyte = 2 ** 20
const gibibyte = 2 ** 30

/**
 * PostgreSQL's cache: a quarter of the container's memory, because the kernel
 * caches the same files once more (PostgreSQL documentation, 19.4.1).
 */
export function sharedBuffersBytes(memoryBytes: number): number {
  return memoryBytes / 4
}

/**
 * Memory of one sort or hash: what shared_buffers leave, over three such nodes
 * in every connection at once; 4 MB (PostgreSQL's default) to 64 MB.
 */
export function workMemBytes(memoryBytes: number, maxConnections: number): number {
  const share = (0.75 * memoryBytes) / (3 * maxConnections)
  return Math.min(Math.max(share, 4 * mebibyte), 64 * mebibyte)
}

/** Memory of VACUUM and index builds, of which few run at once: a sixteenth, at most 2 GB. */
export function maintenanceWorkMemBytes(memoryBytes: number): number {
  return Math.min(memoryBytes / 16, 2 * gibibyte)
}

/**
 * WAL between two checkpoints: a tenth of the disk, at most 16 GB, because
 * recovery after a crash replays it. How fast depends on the disk: beyond Patroni's
 * primary_start_timeout a replica takes over.
 */
export function maxWalBytes(diskBytes: number): number {
  return Math.min(diskBytes / 10, 16 * gibibyte)
}

/** Slots of background processes: two for each vCPU's worth of parallel work, and replication's. */
export function maxWorkerProcesses(vcpu: number): number {
  return Math.max(16, vcpu + 8)
}

/** Workers of one query: half of the processors, so that one query does not take them all. */
export function workersPerGather(vcpu: number): number {
  return Math.min(4, Math.ceil(vcpu / 2))
}

/** Size of /dev/shm, where parallel queries meet; Docker's 64 MB are too few for hash joins. */
export function sharedMemoryBytes(memoryBytes: number): number {
  return Math.max(64 * mebibyte, Math.floor(memoryBytes / 8))
}

/** Every computed parameter of the fleet's database members. */
export function tuning(database: Database, { vcpu, diskBytes, diskKind }: Host): Setting[] {
  const { memoryBytes, maxConnections } = database
  const memory = `${megabytes(memoryBytes)} of the container`
  const disk = `${megabytes(diskBytes)} of disk`
  const row = (parameter: string, value: string | number, formula: string, reason: string) => ({
    parameter,
    value,
    formula,
    reason,
  })
  return [
    row(
      "max_connections",
      maxConnections,
      "as the spec says",
      "PgBouncer's pools on all app hosts and the reserves fit in",
    ),
    row(
      "shared_buffers",
      megabytes(sharedBuffersBytes(memoryBytes)),
      `25% of ${memory}`,
      "the kernel caches the same files once more",
    ),
    row(
      "effective_cache_size",
      megabytes(0.75 * memoryBytes),
      `75% of ${memory}`,
      "what the planner may expect to find cached",
    ),
    row(
      "work_mem",
      megabytes(workMemBytes(memoryBytes, maxConnections)),
      `75% of ${memory} ÷ (3 × ${maxConnections} connections), 4 to 64 MB`,
      "three sorts in every connection at once; where 4 MB each are more than that, fewer",
    ),
    row(
      "maintenance_work_mem",
      megabytes(maintenanceWorkMemBytes(memoryBytes)),
      `1/16 of ${memory}, at most 2 GB`,
      "VACUUM and index builds, few at a time",
    ),
    row(
      "max_wal_size",
      megabytes(maxWalBytes(diskBytes)),
      `10% of ${disk}, at most 16 GB`,
      "the most that recovery replays after a crash; when that takes longer than primary_start_timeout, a replica takes over",
    ),
    row(
      "max_slot_wal_keep_size",
      megabytes(database.slotWalBytes),
      "20% of the disk, or the spec's",
      "a replica that is away must not fill the primary's disk",
    ),
    row(
      "max_worker_processes",
      maxWorkerProcesses(vcpu),
      `max(16, ${vcpu} vCPU + 8)`,
      "equal on all members, or a replica does not start",
    ),
    row("max_parallel_workers", vcpu, `${vcpu} vCPU`, "more than processors only wait"),
    row(
      "max_parallel_workers_per_gather",
      workersPerGather(vcpu),
      `half of ${vcpu} vCPU, at most 4`,
      "one query must not take all",
    ),
    row(
      "random_page_cost",
      1.1,
      `${diskKind === "nvme" ? "NVMe" : "SSD"}: almost sequential cost`,
      "4, the default, is a spinning disk's and makes the planner shun indexes",
    ),
    row(
      "effective_io_concurrency",
      diskKind === "nvme" ? 256 : 200,
      `${diskKind === "nvme" ? "NVMe" : "SSD"}: deep queues`,
      "bitmap scans read ahead",
    ),
  ]
}

/** The computed parameters of a fleet's database hosts; none without a database. */
export function tuningOf({ database, hosts }: Fleet): Setting[] {
  const host = hosts.find((candidate) => candidate.role === "database")
  return database === null || host === undefined ? [] : tuning(database, host)
}

/** As PostgreSQL reads it: its MB is 2^20 bytes. */
function megabytes(bytes: number): string {
  return `${Math.max(1, Math.floor(bytes / mebibyte))}MB`
}
