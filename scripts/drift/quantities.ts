const nanosecondsPer: Record<string, number> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}

/**
 * A Go duration (`"1m30s"`, `"500ms"`) in nanoseconds, as stack files write
 * and the Engine API stores it. Throws a RangeError on anything else.
 */
export function goNanoseconds(text: string): number {
  if (!/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(text)) {
    throw new RangeError(`"${text}" is not a duration`)
  }
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)
  return [...parts].reduce(
    (sum, [, amount, unit = ""]) => sum + Math.round(Number(amount) * (nanosecondsPer[unit] ?? 0)),
    0,
  )
}

const binaryPower: Record<string, number> = { "": 0, b: 0, k: 1, m: 2, g: 3, t: 4 }

/**
 * Bytes of a memory size as Docker reads it: a number, or binary multiples
 * (`"64m"`, `"1GiB"`). Throws a RangeError on anything else.
 */
export function dockerBytes(size: string | number): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(String(size))
  if (match === null) throw new RangeError(`"${size}" is not a size`)
  return Math.floor(Number(match[1]) * 1024 ** (binaryPower[match[2]?.toLowerCase() ?? ""] ?? 0))
}

/** Thousand-millionths of a processor, as Swarm counts them. */
export function nanoCpus(cpus: string | number): number {
  return Math.round(Number(cpus) * 1e9)
}
