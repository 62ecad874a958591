import { describe, expect, test } from "vitest"
import { alertsDuring, alertsLine, type DrillWatch } from "./during-drill.ts"
import type { Fault } from "./fault.ts"
import { openRecord } from "./record.ts"

const fault: Fault = {
  name: "host-lost",
  summary: "a host is lost",
  touches: ["edge"],
  must: [{ alert: "NodeDown" }],
  may: { PoolWaits: "it may" },
  break: async () => undefined,
}

const watch: DrillWatch = {
  declared: { why: "short", must: ["DatabaseFailover"], coveredBy: ["host-lost"] },
  always: ["AppCpuHigh"],
  faults: [fault],
  watchdog: "Watchdog",
  beganAt: 1000,
  endedAt: 1200,
  pace: { scrapeSeconds: 15, scrapeTimeoutSeconds: 10, evaluationSeconds: 15 },
}

/** As Prometheus answers `ALERTS{alertstate="firing"}[260s]`: a sample a look, with all labels. */
const answer = (firing: Record<string, [from: number, to: number]>) => {
  const record = openRecord(15)
  record.add(
    Object.entries(firing).map(([alertname, [from, to]]) => ({
      metric: { __name__: "ALERTS", alertname, alertstate: "firing", severity: "warning" },
      values: Array.from(
        { length: Math.floor((to - from) / 15) + 1 },
        (_, look) => [from + look * 15, "1"] as const,
      ),
    })),
  )
  return record.spans()
}

const looked = { Watchdog: [940, 1195] as [number, number] }

describe("a drill", () => {
  test("tells when what had to fire did, and what may fire is not false", () => {
    const seen = alertsDuring(
      answer({
        ...looked,
        DatabaseFailover: [1050, 1200],
        NodeDown: [1100, 1160],
        AppCpuHigh: [1090, 1200],
      }),
      watch,
    )
    expect(seen).toEqual({
      fired: [
        { alert: "DatabaseFailover", seconds: 50 },
        { alert: "AppCpuHigh", seconds: 90 },
        { alert: "NodeDown", seconds: 100 },
      ],
      missing: [],
      unproven: [],
      unexplained: [],
      blindSeconds: 0,
    })
  })

  test("misses what did not fire, and takes for false what nothing explains", () => {
    const seen = alertsDuring(answer({ ...looked, VipOwnedTwice: [1100, 1160] }), watch)
    expect(seen.missing).toEqual(["DatabaseFailover"])
    expect(seen.unexplained).toEqual(["VipOwnedTwice"])
  })

  test("is not blamed for what fired before it, or was seen before it", () => {
    const seen = alertsDuring(
      answer({ ...looked, DatabaseFailover: [940, 1195], ReplicaLag: [1030, 1090] }),
      watch,
    )
    expect(seen.fired[0]).toEqual({ alert: "DatabaseFailover", seconds: null })
    expect(seen).toMatchObject({
      missing: [],
      unproven: ["DatabaseFailover"],
      unexplained: [],
    })
  })

  test("says how long nobody looked: after a restart, and when nothing answers", () => {
    const late = answer({ Watchdog: [1090, 1195] })
    expect(alertsDuring(late, watch).blindSeconds).toBe(90)
    expect(alertsDuring([], watch)).toMatchObject({
      blindSeconds: 200,
      missing: ["DatabaseFailover"],
    })
  })
})

test("the terminal has all of it in one line", () => {
  const fired = [
    { alert: "A", seconds: 50 },
    { alert: "B", seconds: null },
  ]
  const seen = { fired, missing: ["C"], unproven: [], unexplained: ["A"], blindSeconds: 90 }
  expect(alertsLine(seen)).toBe(
    "alerts: A after 50 s, B on before, MISSING C, FALSE A, nobody looked for 90 s",
  )
  expect(
    alertsLine({ fired: [], missing: [], unproven: [], unexplained: [], blindSeconds: 0 }),
  ).toBe("alerts: none")
})
