import type { Fleet } from "../generators/core/fleet.ts"
import { resolve } from "../generators/core/resolve.ts"
import type { ImageLock } from "../images/names.ts"
import type { EnvironmentSpec } from "./environment.ts"
import { parseEnvironment } from "./parse.ts"
import { formatPath, hasErrors, type Problem, sortProblems } from "./problem.ts"
import { checkRules } from "./rules/check.ts"
import { knownSecretShape } from "./secret-shape.ts"

/** An environment file from text to fleet, with everything wrong on the way. */
export interface ValidatedEnvironment {
  /** Undefined if any problem is an error. */
  fleet: Fleet | undefined
  /** Undefined if the text does not fit the schema. */
  spec: EnvironmentSpec | undefined
  /** Sorted by place. */
  problems: Problem[]
}

/**
 * Parses, resolves and checks the text of `environments/<name>.yaml`. `file` is
 * the path shown in problems and in generated headers. Never throws.
 */
export function validateEnvironment(
  text: string,
  file: string,
  lock: ImageLock,
): ValidatedEnvironment {
  const { spec, problems: parseProblems, positionOf } = parseEnvironment(text, file)
  if (spec === undefined) {
    const problems = withLeakedSecrets(parseProblems, text, file)
    return { fleet: undefined, spec, problems }
  }
  const fleet = resolve(spec, file, lock)
  const ruleProblems = checkRules(fleet, spec).map(
    ({ path, message, rule, severity }): Problem => ({
      file,
      ...positionOf(path),
      path: formatPath(path),
      severity,
      message,
      rule,
    }),
  )
  const found = [...findWrongName(spec, file, positionOf), ...ruleProblems]
  const problems = withLeakedSecrets(found, text, file)
  return { fleet: hasErrors(problems) ? undefined : fleet, spec, problems }
}

function findWrongName(
  { name }: EnvironmentSpec,
  file: string,
  positionOf: (path: string[]) => { line: number; column: number },
): Problem[] {
  const expected = file.replace(/^.*[\\/]/, "").replace(/\.ya?ml$/, "")
  if (name === expected) return []
  const message = `is "${name}", but the file is named ${expected}; write ${expected} or rename the file`
  return [{ file, ...positionOf(["name"]), path: "name", severity: "error", message }]
}

/** Credentials in comments, and in files that could not be read, leak just the same. */
function withLeakedSecrets(problems: Problem[], text: string, file: string): Problem[] {
  const reported = new Set(
    problems.filter(({ rule }) => rule === "secrets/plaintext").map(({ line }) => line),
  )
  const leaks = text.split("\n").flatMap((content, index): Problem[] => {
    const shape = content.length > 10_000 ? undefined : knownSecretShape(content)
    if (shape === undefined || reported.has(index + 1)) return []
    const message = `this line holds what looks like ${shape}; remove it from git and rotate it`
    const place = { file, line: index + 1, column: 1, path: "" }
    return [{ ...place, severity: "error", message, rule: "secrets/plaintext" }]
  })
  return sortProblems([...problems, ...leaks])
}
