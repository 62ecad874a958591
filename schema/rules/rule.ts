import type { Fleet } from "../../generators/core/fleet.ts"
import type { EnvironmentSpec } from "../environment.ts"
import type { Path } from "../problem.ts"

/** One place where an environment breaks a rule, with the arithmetic and the remedy. */
export interface Finding {
  path: Path
  message: string
}

/** What types cannot prove about an environment. */
export interface Rule {
  /** `<theme>/<name>`, as waivers name it. */
  id: string
  /** Why the rule exists, in one sentence. */
  reason: string
  severity: "error" | "warning"
  /** Pure, and total on every schema-valid spec. */
  check(fleet: Fleet, spec: EnvironmentSpec): Finding[]
}

export { hostReserveBytes } from "../../generators/core/resolve-database.ts"

/** Whether people depend on the environment: it has to survive a failure. */
export function mustSurvive(fleet: Fleet): boolean {
  return fleet.tier !== "development"
}

/** A number for people: thousands separated, two decimals at most. */
export function number(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 })
}

/** Bytes in GB for people. */
export function gigabytes(bytes: number): string {
  return `${number(bytes / 1e9)} GB`
}
