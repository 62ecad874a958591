/** The file system that a member's data and WAL are on. */
export interface DataDisk {
  sizeBytes: number
  freeBytes: number
}

/** Less free than this is a fault: PostgreSQL stops when it cannot write its WAL. */
const leastFreeShare = 0.1

/** Reads `df --block-size=1 --output=size,avail`: a heading, then the two numbers. */
export function parseDataDisk(text: string): DataDisk | undefined {
  const [sizeBytes, freeBytes] = (text.trim().split("\n").at(-1) ?? "")
    .trim()
    .split(/\s+/)
    .map(Number)
  if (!Number.isFinite(sizeBytes) || !Number.isFinite(freeBytes)) return undefined
  return { sizeBytes: Number(sizeBytes), freeBytes: Number(freeBytes) }
}

/** What is wrong with a member's disk, in words; undefined when it has room. */
export function diskFault(member: string, { sizeBytes, freeBytes }: DataDisk): string | undefined {
  if (freeBytes >= sizeBytes * leastFreeShare) return undefined
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`
  return `the data disk of ${member} is nearly full: ${megabytes(freeBytes)} of ${megabytes(sizeBytes)} free`
}
