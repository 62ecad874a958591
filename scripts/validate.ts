import { formatProblem, hasErrors } from "../schema/problem.ts"
import { type RenderResult, renderEnvironments } from "./render.ts"

/**
 * The `validate` verb: prints every problem of every environment at once and
 * returns the exit code: 0 without errors, else 1. Writes nothing.
 */
export function validateEnvironments(
  repository: string,
  environments: string[],
  json: boolean,
): number {
  const results = renderEnvironments({ repository, environments, check: true })
  if (json) {
    const problems = results.flatMap((result) => result.problems)
    process.stdout.write(`${JSON.stringify(problems, null, 2)}\n`)
  } else {
    for (const result of results) process.stdout.write(verdict(result))
  }
  return results.some((result) => hasErrors(result.problems)) ? 1 : 0
}

function verdict({ environment, problems }: RenderResult): string {
  const found = problems.map((problem) => `${formatProblem(problem)}\n`).join("")
  const errors = problems.filter((problem) => problem.severity === "error").length
  const word = errors === 0 ? "valid" : `${errors} error${errors === 1 ? "" : "s"}`
  return `${found}${environment}: ${word}\n`
}
