import { setTimeout as delay } from "node:timers/promises"
import { nowMs, waitFor } from "../../io/clock.ts"
import type { Drill } from "../drill.ts"
import { atMost } from "../report.ts"
import { watchdog } from "./faults.ts"
import { isOn, type Span } from "./record.ts"
import { underWatch } from "./trial.ts"

const minutes = { thorough: 30, test: 2 }
/** The longest look back of an alert without an objective: 15 minutes, and one more for the end. */
const quietSeconds = 16 * 60

/** Nothing is broken: whoever is told of something now is told too much. */
export const watchdogOnly: Drill = {
  name: "watchdog-only",
  environment: "local-data",
  summary: `a healthy fleet fires only Watchdog for ${minutes.thorough} minutes (${minutes.test} in npm test)`,
  run: (context) =>
    underWatch(context, async ({ watch, by }) => {
      const { evaluationSeconds } = by.pace
      const now = () => nowMs() / 1000
      const firing = () => watch.spans().filter(({ state }) => state === "firing")
      const others = () =>
        names(firing()).filter(
          (alert) => alert !== watchdog && isOn(firing(), alert, now(), evaluationSeconds),
        )
      // What was broken before may still be in an alert that looks back.
      await waitFor(
        "the first answer, and the end of what fired before",
        { deadlineSeconds: quietSeconds, intervalMs: 5000 },
        async () => {
          if (others().length > 0) throw new Error(`${others().join(", ")} fires`)
          return isOn(firing(), watchdog, now(), evaluationSeconds) ? true : undefined
        },
      )
      const since = now()
      const lasts = minutes[context.thorough ? "thorough" : "test"]
      await delay(lasts * 60_000)
      await watch.stop()
      const seen = watch.spans().filter(({ to }) => to >= since)
      const wrong = names(seen.filter(({ state }) => state === "firing")).filter(
        (alert) => alert !== watchdog,
      )
      const pending = names(seen.filter(({ state }) => state === "pending"))
      context.report(`pending meanwhile: ${pending.join(", ") || "none"}`)
      const silent = isOn(firing(), watchdog, now(), evaluationSeconds) ? 0 : 1
      return {
        parameters: { minutes: lasts, evaluationSeconds },
        samples: [wrong.length],
        unit: "alerts beside Watchdog",
        bounds: [
          atMost(
            `alerts beside Watchdog${wrong.map((name) => ` ${name}`).join("")}`,
            wrong.length,
            0,
          ),
          atMost("Watchdog silent", silent, 0),
          atMost("seconds in which nobody looked", watch.blindSeconds(), 0),
        ],
        details: { firing: wrong, pending },
      }
    }),
}

function names(spans: readonly Span[]): string[] {
  return [...new Set(spans.map(({ alert }) => alert))]
}
