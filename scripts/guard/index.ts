import { Failure } from "../io/failure.ts"
import { tooManyAtOnce } from "./at-once.ts"
import { dataLoss, twoDatabaseMembers } from "./data.ts"
import { rollbackFilesMissing } from "./files.ts"
import { quorumLoss } from "./quorum.ts"
import type { GuardInput, GuardRule } from "./rule.ts"
import { sloBurn } from "./slo.ts"
import { hostDown, notBranchHead, restoreTest, rolloutInProgress, rolloutPaused } from "./state.ts"
import { modeChange, networkChange } from "./unconvergeable.ts"

/** Every rule, in the order in which refusals are printed. */
export const guardRules: readonly GuardRule[] = [
  notBranchHead,
  rolloutInProgress,
  rolloutPaused,
  hostDown,
  rollbackFilesMissing,
  modeChange,
  networkChange,
  tooManyAtOnce,
  quorumLoss,
  twoDatabaseMembers,
  dataLoss,
  restoreTest,
  sloBurn,
]

/** A rule that finds the plan dangerous, with what it found. */
export interface Refusal {
  rule: string
  reason: string
  messages: string[]
}

/** Rules that a plan breaks. Pure. */
export function checkGuard(input: GuardInput, rules = guardRules): Refusal[] {
  return rules.flatMap(({ id, reason, check }) => {
    const messages = check(input)
    return messages.length === 0 ? [] : [{ rule: id, reason, messages }]
  })
}

/** What rules have to say of a plan that they do not refuse. Pure. */
export function guardWarnings(input: GuardInput, rules = guardRules): string[] {
  return rules.flatMap(({ id, warnings }) =>
    (warnings?.(input) ?? []).map((warning) => `${id}: ${warning}`),
  )
}

/**
 * Throws a Failure that lists every danger nobody overrode, and one for an
 * override that names no rule; reports those that are overridden.
 */
export function enforceGuard(
  refusals: Refusal[],
  overrides: readonly string[],
  report: (line: string) => void,
): void {
  checkOverrides(overrides)
  for (const { rule, messages } of refusals.filter(({ rule }) => overrides.includes(rule))) {
    for (const message of messages) report(`overridden ${rule}: ${message}`)
  }
  for (const rule of overrides.filter((id) => !refusals.some((one) => one.rule === id))) {
    report(`--override ${rule} was not needed`)
  }
  const standing = refusals.filter(({ rule }) => !overrides.includes(rule))
  if (standing.length === 0) return
  const lines = standing.flatMap(({ rule, messages }) => messages.map((m) => `  ${rule}: ${m}`))
  const flags = standing.map(({ rule }) => `--override ${rule}`).join(" ")
  throw new Failure(
    `nothing was changed, because the plan is dangerous:\n${lines.join("\n")}\nChange the plan, or do it anyway with ${flags}`,
  )
}

/** Throws a Failure for an id that no rule has: a typing error must not look like a permission. */
export function checkOverrides(overrides: readonly string[]): void {
  const ids = guardRules.map((rule) => rule.id)
  const unknown = overrides.find((id) => !ids.includes(id))
  if (unknown === undefined) return
  throw new Failure(`--override ${unknown} names no guard rule. Rules: ${ids.join(", ")}`)
}
