import { resolve } from "../../generators/core/resolve.ts"
import type { EnvironmentSpec } from "../environment.ts"
import { lockFixture, specFixture } from "../environment-fixture.ts"
import { formatPath } from "../problem.ts"
import type { Rule } from "./rule.ts"

/** What one rule says about the fixture after a change, as `path: message` lines. */
export function verdict(rule: Rule, change: (spec: EnvironmentSpec) => void = () => {}): string[] {
  const spec = specFixture()
  change(spec)
  const fleet = resolve(spec, "environments/fixture.yaml", lockFixture())
  return rule.check(fleet, spec).map(({ path, message }) => `${formatPath(path)}: ${message}`)
}
