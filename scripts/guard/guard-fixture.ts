import type { Desired, DesiredService } from "../deploy/desired.ts"
import { reconcile } from "../deploy/reconcile.ts"
import { assumeLive } from "../plan/assumed.ts"
import { fleet } from "../plan/plan-fixture.ts"
import { checkGuard } from "./index.ts"
import type { GuardFacts, GuardInput } from "./rule.ts"

export const day = 24 * 60 * 60 * 1000
export const nowMs = Date.parse("2026-06-10T00:00:00Z")
export const commit = "a".repeat(40)

/** The input of a change from one list of services to another, with nothing else wrong. */
export function change(
  before: DesiredService[],
  after: DesiredService[],
  facts: Partial<GuardFacts> = {},
): GuardInput {
  const base = files(before)
  const desired = files(after)
  const observed = assumeLive(base)
  return {
    plan: reconcile(desired, observed),
    desired,
    observed,
    facts: {
      tier: "production",
      nowMs,
      commit,
      hostsBefore: fleet.hosts,
      hostsAfter: fleet.hosts,
      branch: undefined,
      restoreTest: { finishedAtMs: nowMs - day, passed: true },
      errorBudget: undefined,
      ...facts,
    },
  }
}

function files(services: DesiredService[]): Desired {
  const names = (section: "configs" | "secrets") =>
    services.flatMap(({ stack }) =>
      Object.entries((stack[section] ?? {}) as Record<string, { name: string }>),
    )
  return {
    services,
    configs: names("configs").map(([, { name }]) => ({ name, data: "" })),
    secrets: names("secrets").map(([key, { name }]) => ({ key, name, value: "v" })),
  }
}

/** What one rule says; others may have something to say too. */
export function messages(id: string, input: GuardInput): string[] {
  return checkGuard(input).find((refusal) => refusal.rule === id)?.messages ?? []
}
