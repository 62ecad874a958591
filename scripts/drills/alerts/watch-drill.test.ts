import { expect, test } from "vitest"
import { nowMs } from "../../io/clock.ts"
import type { DrillWatch } from "./during-drill.ts"
import { askUntilFired } from "./watch-drill.ts"

const beganAt = Math.floor(nowMs() / 1000) - 100
const watch: DrillWatch = {
  declared: { why: "short", must: ["DatabaseFailover"] },
  always: [],
  faults: [],
  watchdog: "Watchdog",
  beganAt,
  endedAt: beganAt + 100,
  pace: { scrapeSeconds: 15, scrapeTimeoutSeconds: 10, evaluationSeconds: 15 },
}

const answers = (result: unknown, asked: unknown[] = []) => ({
  prometheus: async <T>(path: string, parameters: unknown) => {
    asked.push(path, parameters)
    return { result } as T
  },
})
const fails = {
  prometheus: async () => {
    throw new Error("no route to manager-3")
  },
}

test("the question reaches back to before the drill began", async () => {
  const asked: unknown[] = []
  const firing = (alertname: string, at: number[]) => ({
    metric: { alertname, alertstate: "firing" },
    values: at.map((second) => [beganAt + second, "1"]),
  })
  const all = [0, 15, 30, 45, 60, 75, 90]
  const result = [firing("Watchdog", all), firing("DatabaseFailover", [60, 75, 90])]
  const seen = await askUntilFired({ report: () => undefined }, answers(result, asked), watch, 0)
  expect(seen).toEqual({
    fired: [{ alert: "DatabaseFailover", seconds: 60 }],
    missing: [],
    unproven: [],
    unexplained: [],
    blindSeconds: 0,
  })
  const [path, parameters] = asked
  expect(path).toBe("query")
  const [, reach] =
    /^ALERTS\{alertstate="firing"\}\[(\d+)s\]$/.exec((parameters as { query: string }).query) ?? []
  expect(Number(reach)).toBeGreaterThanOrEqual(160)
})

test("a monitoring that does not answer leaves the drill blind, and its report whole", async () => {
  const said: string[] = []
  const seen = await askUntilFired({ report: (line) => said.push(line) }, fails, watch, 0)
  expect(said).toContain("alerts could not be read: no route to manager-3")
  expect(seen).toEqual({
    fired: [],
    missing: ["DatabaseFailover"],
    unproven: [],
    unexplained: [],
    blindSeconds: 100,
  })
})
