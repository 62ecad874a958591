import { stringify } from "yaml"

/** Sections of a stack file in the order people look for them. */
const sectionOrder = ["version", "services", "networks", "volumes", "secrets", "configs"]

/** Keys that say what an entry is, before those that say how; all others follow by code point. */
const entryOrder = [
  "x-quickcart",
  "image",
  "hostname",
  "entrypoint",
  "name",
  "path",
  "source",
  "target",
]

/** First line of every generated text that allows `#` comments. */
export function generatedHeader(source: string): string {
  return `# generated from ${source} by npx quickcart render, do not edit`
}

/**
 * YAML that readers of version 1.1 (the Docker CLI, cloud-init) and 1.2
 * understand alike: ambiguous strings quoted, no anchors, no folding, no octal
 * numbers, keys in a fixed order.
 */
export function stringifyYaml(value: unknown): string {
  // Sorted as plain values: to visit the library's nodes takes as long as to write them.
  return stringify(sorted(value, sectionOrder), {
    version: "1.1",
    aliasDuplicateObjects: false,
    blockQuote: "literal",
    lineWidth: 0,
  })
}

function sorted(value: unknown, order: string[]): unknown {
  if (Array.isArray(value)) return value.map((inner) => sorted(inner, entryOrder))
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value)
    .sort(([a], [b]) => compareKeys(order, a, b))
    .map(([key, inner]) => [key, sorted(inner, entryOrder)])
  return Object.fromEntries(entries)
}

/** The value with every `$` of its strings doubled, against the Docker CLI's interpolation. */
export function escapeDollars<Value>(value: Value): Value {
  if (typeof value === "string") return value.replaceAll("$", "$$$$") as Value
  if (Array.isArray(value)) return value.map(escapeDollars) as Value
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, escapeDollars(inner)]),
    ) as Value
  }
  return value
}

function compareKeys(order: string[], a: string, b: string): number {
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length)
  return rank(a) - rank(b) || (a < b ? -1 : 1)
}
