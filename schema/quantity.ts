import type { Bandwidth, ByteSize, Duration, Percent } from "./units.ts"

const microsecondsPer: Record<string, number> = {
  ms: 1e3,
  s: 1e6,
  m: 60e6,
  h: 3600e6,
  d: 86_400e6,
}

const bitsPer: Record<string, number> = { Mbps: 1e6, Gbps: 1e9 }

const bytesPer: Record<string, number> = { MB: 1e6, GB: 1e9, TB: 1e12 }

/**
 * A `Duration` in seconds, to the microsecond: `"100ms"` is 0.1.
 * Throws a RangeError on a text the schema would refuse.
 */
export function parseDurationSeconds(text: Duration): number {
  const { amount, unit } = split(text, /^([0-9.]+)(ms|s|m|h|d)$/)
  return Math.round(amount * (microsecondsPer[unit] ?? Number.NaN)) / 1e6
}

/**
 * A `ByteSize` in bytes, decimal units: `"4GB"` is 4,000,000,000.
 * Throws a RangeError on a text the schema would refuse.
 */
export function parseBytes(text: ByteSize): number {
  const { amount, unit } = split(text, /^([0-9.]+)(MB|GB|TB)$/)
  return Math.round(amount * (bytesPer[unit] ?? Number.NaN))
}

/**
 * A `Bandwidth` in bits a second, decimal units: `"1.4Gbps"` is 1,400,000,000.
 * Throws a RangeError on a text the schema would refuse.
 */
export function parseBandwidth(text: Bandwidth): number {
  const { amount, unit } = split(text, /^([0-9.]+)(Mbps|Gbps)$/)
  return Math.round(amount * (bitsPer[unit] ?? Number.NaN))
}

/**
 * A `Percent` as a share from 0 to 1: `"99.9%"` is 0.999.
 * Throws a RangeError on a text the schema would refuse.
 */
export function parsePercent(text: Percent): number {
  const { amount } = split(text, /^([0-9.]+)(%)$/)
  // Dividing by 100 directly gives 0.5700000000000001 for 57%.
  return Math.round(amount * 1e6) / 1e8
}

function split(text: string, pattern: RegExp): { amount: number; unit: string } {
  const match = pattern.exec(text)
  const amount = Number(match?.[1])
  if (match === null || !Number.isFinite(amount)) {
    throw new RangeError(`"${text}" is not a quantity with a unit`)
  }
  return { amount, unit: match[2] ?? "" }
}
