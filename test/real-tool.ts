import { spawnSync } from "node:child_process"

/**
 * Whether a program that tests use is installed; where it is not, says loudly
 * what is not tested. Throws in CI, where a skipped test would look like a passed one.
 */
export function hasTool(program: string, environment = process.env): boolean {
  if (spawnSync(program, ["--version"]).status === 0) return true
  const remedy = `the program ${program} is missing (apt-get install ${program})`
  if (environment.CI) throw new Error(`${remedy}, and nothing is skipped in CI`)
  console.warn(`\n!!! NOT TESTED: ${remedy}; the tests that need it are skipped.\n`)
  return false
}
