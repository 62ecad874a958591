/** A value of JSON. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/**
 * The value with the keys of every object in code-point order, so that equal
 * values have equal text. Throws on undefined, which JSON would drop silently.
 */
export function sortKeys(value: unknown, path = "value"): Json {
  if (Array.isArray(value)) return value.map((inner, index) => sortKeys(inner, `${path}[${index}]`))
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((key) => [key, sortKeys((value as Record<string, unknown>)[key], `${path}.${key}`)]),
    )
  }
  if (value === undefined || Number.isNaN(value)) throw new Error(`${path} is ${value}`)
  return value as Json
}

/** Indented JSON with sorted keys and a final newline. */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(sortKeys(value), null, 2)}\n`
}

/** Entries of a record in code-point order of the keys. */
export function sortedEntries<Value>(record: Record<string, Value>): [string, Value][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
}
