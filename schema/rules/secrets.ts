import type { Path } from "../problem.ts"
import { secretShape } from "../secret-shape.ts"
import type { Finding, Rule } from "./rule.ts"

export const plaintext: Rule = {
  id: "secrets/plaintext",
  reason: "What is committed is public; secrets live outside git and are named here only.",
  severity: "error",
  check(fleet, spec) {
    return [
      ...findShapes(spec, []),
      ...findNamedValues(spec.app.environment ?? {}, new Set(fleet.secrets)),
    ]
  },
}

const remedy = "; declare it under secrets and keep the value outside git, and rotate it"

/** Never puts the value into the message: CI logs are public too. */
function findShapes(value: unknown, path: Path): Finding[] {
  if (typeof value === "string") {
    const shape = secretShape(value)
    return shape === undefined ? [] : [{ path, message: `holds what looks like ${shape}${remedy}` }]
  }
  if (Array.isArray(value))
    return value.flatMap((item, index) => findShapes(item, [...path, index]))
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => {
    const keyShape = secretShape(key)
    if (keyShape === undefined) return findShapes(item, [...path, key])
    return [{ path, message: `has a key that looks like ${keyShape}${remedy}` }]
  })
}

function findNamedValues(environment: Record<string, string>, names: Set<string>): Finding[] {
  return Object.entries(environment)
    .filter(([key, value]) => /password|secret|token|key/i.test(key) && !isName(value, names))
    .filter(([, value]) => secretShape(value) === undefined)
    .map(([key]) => ({
      path: ["app", "environment", key],
      message: `is named like a secret and has a value; mount it as a secret and write its path, /run/secrets/<name>`,
    }))
}

function isName(value: string, names: Set<string>): boolean {
  return value === "" || names.has(value) || /^\/run\/secrets\/[a-z][a-z0-9_]*$/.test(value)
}
