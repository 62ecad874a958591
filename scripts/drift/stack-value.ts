/** A value of a stack file or of the Engine API whose shape is checked where it is read. */
export type Json = Record<string, unknown>

/** The value as an object; empty when it is absent. */
export function record(value: unknown): Json {
  if (value === undefined || value === null) return {}
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new Error(`an object was expected, not ${JSON.stringify(value)}`)
  }
  return value as Json
}

/** The value as a list; empty when it is absent. */
export function list(value: unknown): unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new Error(`a list was expected, not ${JSON.stringify(value)}`)
  return value
}

/** The value as text. */
export function text(value: unknown): string {
  if (typeof value !== "string") {
    throw new Error(`text was expected, not ${JSON.stringify(value)}`)
  }
  return value
}

/** `{[key]: convert(value)}`, or nothing when the value is absent. */
export function optional(key: string, value: unknown, convert: (value: unknown) => unknown): Json {
  return value === undefined || value === null ? {} : { [key]: convert(value) }
}

/** Throws an Error when an object has a key that its reader does not know. */
export function known(owner: string, value: Json, keys: string[]): void {
  const unknown = Object.keys(value).find((key) => !keys.includes(key))
  if (unknown !== undefined) {
    throw new Error(
      `${owner} uses the key "${unknown}", which drift cannot compare yet; teach it to scripts/drift/convert.ts`,
    )
  }
}
