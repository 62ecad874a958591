import { describe, expect, test } from "vitest"
import type { MonitoringHealth } from "./monitoring/health.ts"
import { type FleetStatus, reported } from "./status.ts"
import { statusText } from "./status-text.ts"

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

describe("however large the fleet is, it fits on a screen", () => {
  const host = (index: number, state = "ready") => ({
    name: `app-${index}`,
    role: "app",
    address: `10.10.1.${index}`,
    state,
    docker: "28.2.2",
    tasks: 9,
  })
  const service = (index: number, running = 2, update = "completed") => ({
    name: `quickcart_service-${index}`,
    running,
    desired: 2,
    image: "registry/image@0123",
    specHash: "",
    update,
  })
  const certificate = (secret: string, daysLeft: number | null) => ({
    secret,
    names: [],
    expires: daysLeft === null ? null : "2027-01-31T00:00:00Z",
    daysLeft,
    warning: daysLeft !== null && daysLeft < 21,
    from: null,
    why: daysLeft === null ? "no value here" : null,
  })
  const numbers = Array.from({ length: 60 }, (_, index) => index)
  const large: FleetStatus = {
    ...fleet,
    hosts: [...numbers.map((index) => host(index)), host(60, "down")],
    services: [...numbers.map((index) => service(index)), service(60, 1), service(61, 2, "paused")],
    certificates: [certificate("edge_tls", 61), certificate("etcd_tls", 300)],
  }
  const text = (status: FleetStatus, options = {}) =>
    statusText(reported(status, quiet, pending), options)

  test("with those that are not well by name", () => {
    const lines = text(large).split("\n")
    expect(lines.length).toBeLessThanOrEqual(24)
    expect(lines).toContain("hosts: 60 of 61 are well (61 app)")
    expect(lines).toContain("services: 60 of 62 run as they should")
    expect(lines).toContain("certificates: 2, first edge_tls: 61 days left, until 2027-01-31")
    const named = (name: string) => lines.filter((line) => line.includes(name)).length
    expect(["app-60", "service-60", "service-61", "app-5 "].map(named)).toEqual([1, 1, 1, 0])
  })

  test("a certificate of which nobody knows is named, too", () => {
    const unknown = { ...fleet, certificates: [certificate("etcd_tls", null)] }
    expect(text(unknown)).toContain("certificates: 1\n  etcd_tls: expiry unknown, no value here\n")
  })

  test("and all of them with --all", () => {
    const lines = text(large, { all: true }).split("\n")
    expect(lines.filter((line) => line.includes("app-")).length).toBe(61)
    expect(lines.filter((line) => line.includes("service-")).length).toBe(62)
    expect(lines.some((line) => line.includes("--all"))).toBe(false)
  })
})
