import { Failure } from "../../io/failure.ts"
import { visitUntilRepaired } from "./break.ts"
import type { Expected, Fault, FaultContext } from "./fault.ts"
import { type Answers, burning, eventsToBurn } from "./rules.ts"

/** More than that would be a test of the box's speed. */
const answersPerSecond = 50
/** Longer than the latency that the box promises. */
const slowMs = 1500

/** The shop answers, and what it answers is errors. */
export const serverErrors = brokenPromise({
  name: "server-errors",
  summary: `visitors get ${answersPerSecond} server errors a second`,
  promise: "Availability",
  also: [{ alert: "RouteFails", lingers: true }],
  path: "/fail?status=500",
})

/** The shop answers, and what it answers is right, but late. */
export const slowAnswers = brokenPromise({
  name: "slow-answers",
  summary: `visitors get ${answersPerSecond} answers a second that take ${slowMs} ms`,
  promise: "Latency",
  path: `/slow?ms=${slowMs}`,
})

interface BrokenPromise {
  name: string
  summary: string
  /** Prefix of its alerts. */
  promise: string
  /** What else has to be told. */
  also?: readonly Expected[]
  /** What visitors ask for. */
  path: string
}

function brokenPromise({ name, summary, promise, also = [], path }: BrokenPromise): Fault {
  const fast = `${promise}BurnsFast`
  const burns: Expected[] = [
    { alert: fast, lingers: true },
    { alert: `${promise}BurnsSlowly`, heldBackBy: fast, lingers: true },
  ]
  return {
    name,
    summary,
    touches: ["app", "edge"],
    must: [...burns, ...also],
    break: async (on) => {
      const seconds = await Promise.all(burns.map(({ alert }) => secondsToBurn(on, alert)))
      await visitUntilRepaired(on, { path, ratePerSecond: answersPerSecond, timeoutMs: 3000 })
      // A counter that begins with them has a rate from its second scrape on.
      return { holdsAfterSeconds: Math.max(...seconds) + on.pace.scrapeSeconds }
    },
  }
}

/** How long the bad answers have to last, after all the answers that there were. */
async function secondsToBurn({ rules, pace, ...on }: FaultContext, alert: string): Promise<number> {
  const rule = rules.get(alert)
  if (rule === undefined) throw new Failure(`${on.fleet.environment} has no alert ${alert}`)
  const { promise, windows } = burning(rule)
  const answers: Answers = {}
  for (const { window } of windows) {
    // Both rates are recorded at every look, as answers a second.
    const count = async (kind: string) => {
      const rates = `sum_over_time(${promise}:${kind}_rate5m[${window}])`
      const [sample] = await on.monitoring.query(`${rates} * ${pace.evaluationSeconds}`)
      return sample?.value ?? 0
    }
    answers[window] = { total: await count("total"), bad: await count("bad") }
  }
  return eventsToBurn(rule, answers) / answersPerSecond
}
