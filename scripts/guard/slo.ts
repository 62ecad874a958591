import type { GuardInput, GuardRule } from "./rule.ts"

/** Over less, the minutes in which a new fleet starts are its whole budget. */
const leastDays = 7

export const sloBurn: GuardRule = {
  id: "slo-burn",
  reason: "While visitors are failed already, nobody can tell what a change adds to it.",
  check: (input) => (input.facts.tier === "development" ? [] : dangers(input).map(withWayBack)),
  warnings(input) {
    const { plan, facts } = input
    if (plan.operations.length === 0 || facts.errorBudget === undefined) return []
    if ("unknown" in facts.errorBudget) {
      return [`nobody knows whether visitors are failed now: ${facts.errorBudget.unknown}`]
    }
    // The box breaks its promises on purpose.
    return facts.tier === "development" ? dangers(input) : []
  },
}

function dangers({ plan, facts: { errorBudget } }: GuardInput): string[] {
  if (plan.operations.length === 0) return []
  if (errorBudget === undefined || "unknown" in errorBudget) return []
  const { burning, slos, days } = errorBudget
  const pages = burning.map((name) => `${name} fires (docs/runbooks/${name}.md)`)
  if (days === null || days < leastDays) return pages
  // The budget's window, or as much of it as there are metrics for.
  const spent = slos.filter(({ budgetLeft }) => budgetLeft !== null && budgetLeft <= 0)
  return [
    ...pages,
    ...spent.map(
      ({ name, objective }) =>
        `the error budget of ${name} is spent: fewer than ${percent(objective)} of the answers of ${Math.floor(days)} days were good`,
    ),
  ]
}

function withWayBack(danger: string): string {
  return `${danger}; find the cause first, or pass --override slo-burn when this is the way back (a git revert) or the repair`
}

function percent(share: number): string {
  return `${Math.round(share * 100_000) / 1000}%`
}
