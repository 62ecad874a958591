import type { Fleet } from "../../generators/core/fleet.ts"
import { suggestion } from "../closest.ts"
import type { EnvironmentSpec, Waiver } from "../environment.ts"
import { rules as allRules } from "./index.ts"
import type { Finding, Rule } from "./rule.ts"

/** A finding with the rule it breaks and how much that matters. */
export interface RuleFinding extends Finding {
  rule: string
  /** `note` where a waiver permits it. */
  severity: "error" | "warning" | "note"
}

/**
 * Everything the rules find in a fleet. A waiver turns the findings of its rule
 * into notes; a waiver that names no rule is an error, one that waives nothing
 * a warning. Never throws on a fleet that `resolve` made of a schema-valid spec.
 */
export function checkRules(
  fleet: Fleet,
  spec: EnvironmentSpec,
  rules: readonly Rule[] = allRules,
): RuleFinding[] {
  const waivers = spec.waivers ?? []
  const findings = rules.flatMap((rule): RuleFinding[] => {
    const waiver = waivers.find((candidate) => candidate.rule === rule.id)
    return rule.check(fleet, spec).map((finding) => toRuleFinding(finding, rule, waiver))
  })
  return [...findings, ...checkWaivers(waivers, findings, rules)]
}

function toRuleFinding(finding: Finding, rule: Rule, waiver: Waiver | undefined): RuleFinding {
  if (waiver === undefined) return { ...finding, rule: rule.id, severity: rule.severity }
  const message = `${finding.message} (waived: ${waiver.reason})`
  return { path: finding.path, message, rule: rule.id, severity: "note" }
}

function checkWaivers(
  waivers: readonly Waiver[],
  findings: readonly RuleFinding[],
  rules: readonly Rule[],
): RuleFinding[] {
  const ids = rules.map(({ id }) => id)
  return waivers.flatMap((waiver, index): RuleFinding[] => {
    const path = ["waivers", index, "rule"]
    if (!ids.includes(waiver.rule)) {
      const message = `"${waiver.rule}" is not a rule; ${suggestion(waiver.rule, ids)}`
      return [{ path, message, rule: "waivers/known", severity: "error" }]
    }
    const isFirst = waivers.findIndex(({ rule }) => rule === waiver.rule) === index
    if (isFirst && findings.some(({ rule }) => rule === waiver.rule)) return []
    const message = isFirst
      ? `nothing breaks ${waiver.rule}; remove the waiver`
      : `${waiver.rule} is waived above already; remove this waiver`
    return [{ path, message, rule: "waivers/needed", severity: "warning" }]
  })
}
