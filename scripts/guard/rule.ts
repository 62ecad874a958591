import type { Desired } from "../deploy/desired.ts"
import type { Observed } from "../deploy/observe.ts"
import type { Plan } from "../deploy/reconcile.ts"
import type { RemoteBranch } from "../io/git-tree.ts"
import type { ErrorBudget } from "../monitoring/error-budget.ts"

/** A host, as far as guards look. */
export interface GuardHost {
  name: string
  role: string
}

/** What the last restore test said. */
export interface RestoreTest {
  finishedAtMs: number
  passed: boolean
}

/** What rules need besides the plan; gathered once, so that the rules stay pure. */
export interface GuardFacts {
  tier: string
  nowMs: number
  commit: string
  hostsBefore: GuardHost[]
  hostsAfter: GuardHost[]
  branch: RemoteBranch | undefined
  /** Undefined when no test has ever reported. */
  restoreTest: RestoreTest | undefined
  /** Undefined when nobody was asked: offline, while drift is healed, without a change. */
  errorBudget: ErrorBudget | undefined
}

export interface GuardInput {
  plan: Plan
  desired: Desired
  /** What is live, or what an offline plan assumes to be. */
  observed: Observed
  facts: GuardFacts
}

/** A danger that a plan may hold. Pure and total. */
export interface GuardRule {
  /** As `--override` names it. */
  id: string
  /** Why the rule exists, in one sentence. */
  reason: string
  /** One sentence for each place where the plan is dangerous; none when it is not. */
  check(input: GuardInput): string[]
  /** What is worth saying though it refuses nothing, e.g. that the rule could not judge. */
  warnings?(input: GuardInput): string[]
}
