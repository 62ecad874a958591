import type { ErrorObject } from "ajv"
import { suggestion } from "./closest.ts"
import type { Path } from "./problem.ts"
import { secretShape } from "./secret-shape.ts"

/** What a schema error means to the person who wrote the file. */
export interface Explanation {
  path: Path
  /** Whether the last key of the path is at fault, rather than its value. */
  atKey: boolean
  message: string
}

interface PropertySchema {
  title?: string
  description?: string
  type?: string
  examples?: unknown[]
  default?: unknown
  properties?: Record<string, PropertySchema>
  enum?: unknown[]
}

/** What each quantity of `schema/units.ts` looks like. */
const formats: Record<string, string> = {
  Duration: "a duration, a number and ms, s, m, h or d",
  ByteSize: "a size, a number and MB, GB or TB",
  TimeOfDay: "a time of day from 00:00 to 23:59, in quotes",
  Percent: "a share from 0% to 100%, with the percent sign",
  Cidr: "an IPv4 network in CIDR notation",
  Ipv4: "an IPv4 address",
  ImageRef: "a container image reference",
  SecretName: "the name of a secret (lower-case letters, digits and _), never its value",
}

const types: Record<string, string> = {
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "a map of settings",
  array: "a list",
}

/** Explains one ajv error (compiled with `verbose`) at a path of the file. */
export function explainSchemaError(error: ErrorObject, path: Path): Explanation {
  const schema = (error.parentSchema ?? {}) as PropertySchema
  switch (error.keyword) {
    case "required":
      return explainMissing(String(error.params.missingProperty), schema, path)
    case "additionalProperties": {
      const key = String(error.params.additionalProperty)
      const known = Object.keys(schema.properties ?? {})
      const message = `is not a known key here; ${suggestion(key, known)}`
      return { path: [...path, key], atKey: true, message }
    }
    case "enum": {
      const allowed = (schema.enum ?? []).map(String)
      const message = `is ${show(error.data, schema)}; ${suggestion(String(error.data), allowed)}`
      return { path, atKey: false, message }
    }
    default:
      return { path, atKey: false, message: explainValue(error, schema) }
  }
}

function explainMissing(key: string, schema: PropertySchema, path: Path): Explanation {
  const missing = schema.properties?.[key]
  const meaning = missing?.description?.split("\n")[0] ?? ""
  const example = exampleOf(missing)
  const message = ["is missing;", `add \`${key}\`:`, meaning, example && `For example ${example}.`]
  return { path: [...path, key], atKey: true, message: message.filter(Boolean).join(" ") }
}

function explainValue(error: ErrorObject, schema: PropertySchema): string {
  const got = show(error.data, schema)
  const example = exampleOf(schema)
  const hint = example ? `, for example ${example}` : ""
  switch (error.keyword) {
    case "type":
    case "pattern": {
      const wanted = formats[schema.title ?? ""] ?? types[schema.type ?? ""] ?? "another type"
      const meaning = error.keyword === "pattern" && !formats[schema.title ?? ""]
      if (meaning)
        return `is ${got}, which does not have the expected form; write it like ${example}`
      return `is ${got}; write ${wanted}${hint}`
    }
    case "const":
      return `is ${got}; the only value supported is ${JSON.stringify(error.params.allowedValue)}`
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
      return `is ${got}; it must be ${bound(error)}${hint}`
    case "minLength":
      return `is too short; write at least ${error.params.limit} characters${hint}`
    case "maxLength":
      return `is too long; write at most ${error.params.limit} characters${hint}`
    default:
      return `is ${got}; it ${error.message ?? "is not valid"}${hint}`
  }
}

function bound(error: ErrorObject): string {
  const words: Record<string, string> = {
    minimum: "at least",
    maximum: "at most",
    exclusiveMinimum: "more than",
  }
  return `${words[error.keyword]} ${error.params.limit}`
}

function exampleOf(schema: PropertySchema | undefined): string | undefined {
  const example = schema?.examples?.[0] ?? schema?.enum?.[0] ?? schema?.default
  return example === undefined ? undefined : JSON.stringify(example)
}

/** The value as a reader may see it: short, and never a possible secret. */
function show(value: unknown, schema: PropertySchema): string {
  if (value === null) return "empty"
  if (Array.isArray(value)) return "a list"
  if (typeof value === "object") return "a map of settings"
  if (typeof value === "number" && !Number.isFinite(value)) return "not a finite number"
  if (typeof value !== "string") return String(value)
  if (schema.title === "SecretName" || value.length > 60 || secretShape(value) !== undefined) {
    return "a text (not shown)"
  }
  return JSON.stringify(value)
}
