import type { Path } from "../../schema/problem.ts"

/** A value that differs; `undefined` is a value that is not there. */
export interface FieldChange {
  path: Path
  before: unknown
  after: unknown
}

/**
 * The smallest parts in which two JSON values differ, in the order of their
 * paths. Lists of different length differ as a whole: their items have no names.
 */
export function fieldChanges(before: unknown, after: unknown, path: Path = []): FieldChange[] {
  if (sameJson(before, after)) return []
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => fieldChanges(item, after[index], [...path, index]))
  }
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
    return keys.flatMap((key) => fieldChanges(own(before, key), own(after, key), [...path, key]))
  }
  return [{ path, before, after }]
}

/** A copy of `root` with the value at `path` replaced, or removed when undefined. */
export function withField<T>(root: T, path: Path, value: unknown): T {
  const [step, ...rest] = path
  if (step === undefined) return value as T
  const copy = (Array.isArray(root) ? [...root] : { ...root }) as Record<string | number, unknown>
  if (rest.length === 0 && value === undefined) {
    delete copy[step]
    return copy as T
  }
  const inner = rest.length === 0 ? value : withField(own(copy, step) ?? {}, rest, value)
  // An assignment to `__proto__` would make no field.
  const field = { value: inner, enumerable: true, configurable: true, writable: true }
  return Object.defineProperty(copy, step, field) as T
}

/** The object's own field; `__proto__` is inherited by all. */
function own(value: Record<string | number, unknown>, key: string | number): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  }
  if (!isMap(a) || !isMap(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(own(a, key), own(b, key)))
  )
}
