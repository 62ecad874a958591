import { lookUntil, nowMs } from "../../io/clock.ts"
import { messageOf } from "../../io/failure.ts"
import { openRemote } from "../../io/ssh.ts"
import { type MonitoringAccess, openMonitoring } from "../../monitoring/access.ts"
import type { DrillContext } from "../drill.ts"
import { drillAlerts, judgedByItself, sharedMachine } from "./drill-alerts.ts"
import { type AlertsDuring, alertsDuring, type DrillWatch } from "./during-drill.ts"
import { faults, watchdog } from "./faults.ts"
import { type AlertSeries, openRecord, type Span } from "./record.ts"
import { boundSeconds, readRules } from "./rules.ts"

/** How long a Prometheus that does not answer, e.g. because its manager was away, is asked again. */
const patienceSeconds = 60
/** Before a drill's begin, so that what fired already is seen to. */
const marginSeconds = 60

/**
 * Which alerts fired since a drill began, asked when it is over; those that have to fire are waited
 * for as long as they may take. Null where nobody watches, or the drill watches itself. When
 * monitoring does not answer, all of the drill counts as blind.
 */
export async function alertsSince(
  context: DrillContext,
  drill: string,
  beganAt: number,
): Promise<AlertsDuring | null> {
  const { repository, fleet, state } = context
  const declared = drillAlerts[drill]
  if (declared === undefined || drill === judgedByItself) return null
  const remote = openRemote(fleet, state)
  try {
    const monitoring = openMonitoring(fleet, remote)
    if (monitoring === null) return null
    const { pace, rules } = readRules(repository, fleet.environment)
    const endedAt = nowMs() / 1000
    const always = Object.keys(sharedMachine)
    const must = [...rules.values()].filter(({ alert }) => declared.must?.includes(alert))
    const watch = { declared, always, faults, watchdog, beganAt, endedAt, pace }
    const longest = Math.max(patienceSeconds, ...must.map((rule) => boundSeconds(rule, pace)))
    return await askUntilFired(context, monitoring, watch, longest)
  } finally {
    await remote.close()
  }
}

/** Asks until Prometheus answers and what has to fire does; at the deadline what is known then. */
export async function askUntilFired(
  { report }: Pick<DrillContext, "report">,
  monitoring: Pick<MonitoringAccess, "prometheus">,
  watch: DrillWatch,
  deadlineSeconds: number,
): Promise<AlertsDuring> {
  let answered = false
  let seen = alertsDuring([], watch)
  return lookUntil(
    { deadlineSeconds, intervalMs: 5000 },
    async () => {
      try {
        seen = alertsDuring(await spansSince(monitoring, watch), watch)
        answered = true
      } catch (error) {
        report(`alerts could not be read: ${messageOf(error)}`)
      }
      return seen
    },
    ({ missing }) => answered && missing.length === 0,
  )
}

async function spansSince(
  monitoring: Pick<MonitoringAccess, "prometheus">,
  { beganAt, pace }: DrillWatch,
): Promise<Span[]> {
  const reachSeconds = Math.ceil(nowMs() / 1000 - beganAt) + marginSeconds
  const { result } = await monitoring.prometheus<{ result: AlertSeries[] }>("query", {
    query: `ALERTS{alertstate="firing"}[${reachSeconds}s]`,
  })
  const record = openRecord(pace.evaluationSeconds)
  record.add(result)
  return record.spans()
}
