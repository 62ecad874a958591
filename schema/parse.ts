import { Ajv, type ValidateFunction } from "ajv"
import schema from "./environment.schema.json" with { type: "json" }
import type { EnvironmentSpec } from "./environment.ts"
import { formatPath, type Path, type Position, type Problem, sortProblems } from "./problem.ts"
import { explainSchemaError } from "./schema-problem.ts"
import { readYaml, type YamlDocument } from "./yaml-document.ts"

/** A spec with the places of its parts, or everything that keeps the text from being one. */
export interface ParsedEnvironment {
  /** Undefined if and only if there is a problem. */
  spec: EnvironmentSpec | undefined
  /** Sorted by place. */
  problems: Problem[]
  /** Place of the value at a path, or of its nearest ancestor that exists. */
  positionOf(path: Path): Position
}

/**
 * Reads the text of `environments/<name>.yaml` and checks it against the
 * schema. Reports every problem at once and never throws.
 */
export function parseEnvironment(text: string, file: string): ParsedEnvironment {
  const document = readYaml(text)
  const { positionOf } = document
  if (document.value === undefined) {
    const problems = document.problems.map(
      (problem): Problem => ({ file, path: "", severity: "error", ...problem }),
    )
    return { spec: undefined, problems: sortProblems(problems), positionOf }
  }
  const problems = findSchemaProblems(document.value, document, file)
  if (problems.length > 0) return { spec: undefined, problems, positionOf }
  return { spec: document.value as unknown as EnvironmentSpec, problems, positionOf }
}

let compiled: ValidateFunction | undefined

/**
 * Compiled on first use: commands that read no environment do not pay for it. The
 * validator runs a few times only; to optimise it would take longer than it runs. That
 * the schema is one is checked where it is generated (`scripts/schema.test.ts`).
 */
function validator(): ValidateFunction {
  const cheapToCompile = {
    inlineRefs: false,
    code: { optimize: false },
    meta: false,
    validateSchema: false,
  }
  const options = { allErrors: true, strict: true, verbose: true, ...cheapToCompile }
  compiled ??= new Ajv(options).compile(schema)
  return compiled
}

function findSchemaProblems(value: unknown, document: YamlDocument, file: string): Problem[] {
  const validate = validator()
  if (validate(value)) return []
  const problems = (validate.errors ?? []).map((error): Problem => {
    const { path, atKey, message } = explainSchemaError(error, toPath(error.instancePath, value))
    const position = atKey ? document.keyPositionOf(path) : document.positionOf(path)
    return { file, ...position, path: formatPath(path), severity: "error", message }
  })
  return sortProblems(problems)
}

/** A JSON pointer (RFC 6901) as path; indices of lists become numbers. */
function toPath(pointer: string, root: unknown): Path {
  let node = root
  return pointer
    .split("/")
    .slice(1)
    .map((step) => {
      const key = step.replaceAll("~1", "/").replaceAll("~0", "~")
      const isIndex = Array.isArray(node)
      node = (node as Record<string, unknown> | null)?.[key]
      return isIndex ? Number(key) : key
    })
}
