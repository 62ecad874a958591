import { expect, test } from "vitest"
import type { MonitoringAccess } from "../../monitoring/access.ts"
import type { AlertSeries } from "./record.ts"
import { watchAlerts } from "./watch.ts"

const pace = { scrapeSeconds: 15, scrapeTimeoutSeconds: 10, evaluationSeconds: 15 }

const fires = (at: number): AlertSeries[] => [
  { metric: { alertname: "Down", alertstate: "firing" }, values: [[at, "1"]] },
]

/** A Prometheus that gives these answers one after another. */
function prometheus(answers: (AlertSeries[] | Error)[]): MonitoringAccess {
  const access: Partial<MonitoringAccess> = {
    prometheus: async <T>() => {
      const answer = answers.shift() ?? []
      if (answer instanceof Error) throw answer
      return { result: answer } as T
    },
  }
  return access as MonitoringAccess
}

test("what is known begins with the first answer and ends with a last one", async () => {
  const watch = await watchAlerts(prometheus([fires(100), fires(115)]), pace, () => undefined)
  expect(watch.spans()).toEqual([{ alert: "Down", state: "firing", from: 100, to: 100 }])
  await watch.stop()
  expect(watch.spans()).toEqual([{ alert: "Down", state: "firing", from: 100, to: 115 }])
  expect(watch.blindSeconds()).toBe(0)
})

test("a question that fails is said, and asked again", async () => {
  const said: string[] = []
  const answers = [new Error("no route"), fires(100)]
  const watch = await watchAlerts(prometheus(answers), pace, (line) => said.push(line))
  await watch.stop()
  expect(said).toEqual(["alerts could not be read: no route"])
  expect(watch.spans()).toHaveLength(1)
})
