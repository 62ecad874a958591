/** The same value with the keys of every object in an order drawn from `random`. */
export function shuffleKeys<Value>(value: Value, random: () => number): Value {
  if (Array.isArray(value)) return value.map((inner) => shuffleKeys(inner, random)) as Value
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => ({
    at: random(),
    entry: [key, shuffleKeys(inner, random)] as const,
  }))
  return Object.fromEntries(entries.sort((a, b) => a.at - b.at).map(({ entry }) => entry)) as Value
}
