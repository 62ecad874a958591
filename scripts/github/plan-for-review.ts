import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Failure } from "../io/failure.ts"
import { addSummary } from "./runner-files.ts"
import { runVerb } from "./self.ts"

/** The artifact's only file. */
export const planFile = "plan.md"

/**
 * Plans each environment offline against `base` and writes the Markdown to the
 * job's summary and to `output`, for the workflow that may comment. Throws a
 * Failure after all were tried when one could not be planned.
 */
export async function planForReview(
  repository: string,
  environments: string[],
  { base, output }: { base: string; output: string },
): Promise<void> {
  const sections: string[] = []
  const failed: string[] = []
  for (const environment of environments) {
    const verb = ["plan", environment, "--offline", "--base", base, "--format", "markdown"]
    const result = await runVerb(repository, verb)
    if (result.exitCode === 0 || result.exitCode === 2) {
      sections.push(`${result.stdout.trim()}\n`)
      continue
    }
    failed.push(environment)
    process.stderr.write(result.stderr)
    sections.push(`### No plan for \`${environment}\`\n\nThe run's log says why.\n`)
  }
  const markdown = sections.join("\n")
  mkdirSync(output, { recursive: true })
  writeFileSync(join(output, planFile), markdown)
  addSummary(markdown)
  process.stdout.write(markdown)
  if (failed.length > 0) throw new Failure(`no plan for ${failed.join(", ")}.`)
}
