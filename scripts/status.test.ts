import { expect, test } from "vitest"
import type { MonitoringHealth } from "./monitoring/health.ts"
import { type FleetStatus, reported, statusText } from "./status.ts"

const fleet: FleetStatus = {
  environment: "shop",
  hosts: [],
  services: [],
  vipOwner: "load-balancer-1",
  balancersNotReady: [],
  leader: "manager-1",
  database: null,
  certificates: [],
  healthy: true,
}
const quiet: MonitoringHealth = {
  slos: [{ name: "availability", objective: 0.99, budgetLeft: 1, burnRate: 0 }],
  budgetDays: 30,
  etcd: null,
  alerts: [],
  suppressed: 0,
  heardOf: true,
  faults: [],
}
const firing = (severity: string): MonitoringHealth => ({
  ...quiet,
  alerts: [{ name: "Any", severity, since: "2026-06-10T11:30:00Z", summary: "it is" }],
})
const pending = {
  commit: "c0ffee".padEnd(40, "0"),
  uncommitted: false,
  services: ["quickcart_app"],
}

test.each([
  ["nothing fires", true, quiet, true],
  ["there is no monitoring", true, null, true],
  ["a ticket is open", true, firing("warning"), true],
  ["somebody is paged", true, firing("critical"), false],
  ["monitoring is silent", true, { ...quiet, faults: ["no answer"] }, false],
  ["the fleet itself is not", false, quiet, false],
])("while %s", (_, healthy, monitoring, expected) => {
  // Changes to come are no fault.
  expect(reported({ ...fleet, healthy }, monitoring, pending).healthy).toBe(expected)
})

test("what is not there to fall back on is said", () => {
  expect(statusText(reported(fleet, quiet, pending))).toContain("\nbackups: nothing makes any yet")
})

test("the fleet, changes to come, promises and alerts are the first lines", () => {
  const lines = statusText(reported(fleet, firing("critical"), pending)).split("\n")
  expect(lines.slice(0, 5)).toEqual([
    "shop: NOT HEALTHY; VIP on load-balancer-1, standby ready; Swarm leader manager-1",
    "pending: 1 service differs from c0ffee000000 (quickcart_app); see: npx quickcart plan shop",
    "SLO availability: 99% over 30 days, error budget left 100%, burning at 0 times the allowed pace",
    "alerts: 1 firing",
    "  critical Any since 2026-06-10 11:30 UTC: it is",
  ])
})
