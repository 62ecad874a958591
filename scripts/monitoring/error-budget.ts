import { Failure } from "../io/failure.ts"
import type { MonitoringAccess } from "./access.ts"
import { budgetDays, oldestSample, type SloState, sloStates } from "./health.ts"

/** What monitoring says about the promises to visitors. */
export type ErrorBudget =
  | {
      /** Alerts that page because a budget goes too fast, silenced or not. */
      burning: string[]
      slos: SloState[]
      /** Days for which there are metrics, at most the budget's window. */
      days: number | null
    }
  /** Why it says nothing. */
  | { unknown: string }

// From Prometheus, because Alertmanager's alerts of a burn are held back while the shop is gone.
const fastBurn = `ALERTS{alertstate="firing",component="slo",severity="critical",alertname=~".+BurnsFast"}`
const question = `${fastBurn} or {__name__=~"shop:.+:(objective|error_budget_left30d)"} or ${oldestSample}`

/** Asks Prometheus; undefined where there is none (null). What does not answer is unknown. */
export async function errorBudget(
  access: Pick<MonitoringAccess, "query"> | null,
  nowMs: number,
): Promise<ErrorBudget | undefined> {
  if (access === null) return undefined
  try {
    const samples = await access.query(question)
    const slos = sloStates(samples)
    if (slos.length === 0) return { unknown: "Prometheus records no objective yet" }
    return {
      burning: samples.flatMap(({ labels }) => labels.alertname ?? []).sort(),
      slos,
      days: budgetDays(samples, nowMs),
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { unknown: error.message }
  }
}
