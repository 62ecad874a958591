import { expect, test } from "vitest"
import type { Fault } from "./fault.ts"
import { type Coverage, coverageLines, coveragePage } from "./page.ts"

const fault: Fault = {
  name: "host-lost",
  summary: "a host is lost",
  touches: ["edge"],
  must: [{ alert: "NodeDown" }, { alert: "LoadBalancerDown", heldBackBy: "NodeDown" }],
  may: { VipMoved: "it may" },
  break: async () => undefined,
}
const other: Fault = { ...fault, name: "other", must: [{ alert: "AppTaskDown" }], may: {} }

const period = { beganAt: 1000, brokenAt: 1000, repairedAt: 1200, endedAt: 1300 }
const rest = { holdsAfterSeconds: 0, heldBack: [], onBefore: [], error: null }
const fired = { verdict: "fired" as const, boundSeconds: 115, resolvedSeconds: 30 }

const coverage: Coverage = {
  environment: "local-data",
  alerts: ["AppTaskDown", "LoadBalancerDown", "NodeDown", "Surprise", "DiskFilling", "Watchdog"],
  tried: [
    {
      ...period,
      ...rest,
      fault,
      must: [
        { ...fired, alert: "NodeDown", seconds: 90, heldBack: null },
        { ...fired, alert: "LoadBalancerDown", seconds: 95, heldBack: true },
      ],
      commands: [
        { alert: "NodeDown", command: "docker ps | head", exitCode: 0, ran: true, note: "" },
      ],
    },
    {
      ...period,
      ...rest,
      fault: other,
      must: [{ ...fired, alert: "AppTaskDown", verdict: "missing", seconds: null, heldBack: null }],
      commands: [],
    },
  ],
  spans: [
    { alert: "NodeDown", state: "firing", from: 1090, to: 1200 },
    { alert: "LoadBalancerDown", state: "firing", from: 1095, to: 1200 },
    { alert: "Surprise", state: "firing", from: 1150, to: 1200 },
  ],
  falseAlerts: [{ alert: "Surprise", from: 1150, during: ["host-lost", "other"] }],
  promtoolOnly: { DiskFilling: "the disk is shared" },
  watchdog: "Watchdog",
  healthy: [],
}

const page = coveragePage(coverage)

test("the matrix says of each alert what it did in each fault", () => {
  expect(page).toContain("| AppTaskDown | - | **MISSING** |")
  expect(page).toContain("| LoadBalancerDown | 95 of 115 s, held back | by F1 |")
  expect(page).toContain("| NodeDown | 90 of 115 s | by F1 |")
  expect(page).toContain("| Surprise | **FALSE** 150 s | **FALSE** 150 s |")
})

test("faults have a verdict, alerts without one a reason, and commands their exit code", () => {
  expect(page).toContain("| F1 | host-lost | a host is lost | 200 | pass |")
  expect(page).toContain("| F2 | other | a host is lost | 200 | FAIL: AppTaskDown missing |")
  expect(page).toContain("| DiskFilling | the disk is shared |")
  expect(page).toContain("| F1 | NodeDown | `docker ps \\| head` | 0 | ran |")
})

test("the terminal has a line for each alert, and for what was wrong", () => {
  const commands = [
    { alert: "NodeDown", command: "uptime", exitCode: 255, ran: false, note: "timed out" },
  ]
  expect(coverageLines({ ...coverage, healthy: commands })).toEqual([
    "host-lost: NodeDown 90 of 115 s",
    "host-lost: LoadBalancerDown 95 of 115 s, held back",
    "other: AppTaskDown **MISSING**",
    "FALSE: Surprise during host-lost, other",
    "exit 255, timed out: uptime",
  ])
})
