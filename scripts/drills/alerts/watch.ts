import { setTimeout as delay } from "node:timers/promises"
import { nowMs } from "../../io/clock.ts"
import { messageOf } from "../../io/failure.ts"
import type { MonitoringAccess } from "../../monitoring/access.ts"
import { type AlertSeries, openRecord, type Span } from "./record.ts"
import type { Pace } from "./rules.ts"

/** Pause between two questions: a third of the usual time between two looks at the rules. */
const pauseMs = 5000
/** Each answer reaches back so far, so that questions which failed leave no gap. */
const reachSeconds = 120

/** Asks Prometheus for its alerts until it is stopped. */
export interface Watch {
  /** What is known now. */
  spans(): Span[]
  /** Longest time that is in no answer, in seconds, once it is stopped: an alert may have come and gone in it. */
  blindSeconds(): number
  /** Stops asking after one last look. */
  stop(): Promise<void>
}

/** Watches from the first answer on; a question that fails is said by `report` and asked again. */
export async function watchAlerts(
  monitoring: MonitoringAccess,
  { evaluationSeconds }: Pace,
  report: (line: string) => void,
): Promise<Watch> {
  const record = openRecord(evaluationSeconds)
  const stopped = new AbortController()
  let blind = 0
  let answeredAt = nowMs()
  const noteSilence = () => {
    blind = Math.max(blind, (nowMs() - answeredAt) / 1000 - reachSeconds)
  }
  const look = async () => {
    try {
      const answer = await monitoring.prometheus<{ result: AlertSeries[] }>("query", {
        query: `ALERTS[${reachSeconds}s]`,
      })
      record.add(answer.result)
      noteSilence()
      answeredAt = nowMs()
    } catch (error) {
      report(`alerts could not be read: ${messageOf(error)}`)
    }
  }
  await look()
  const looking = (async () => {
    while (!stopped.signal.aborted) {
      await delay(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined)
      await look()
    }
    noteSilence()
  })()
  return {
    spans: () => record.spans(),
    blindSeconds: () => Math.round(blind),
    stop: () => {
      stopped.abort()
      return looking
    },
  }
}
