import fc from "fast-check"
import { expect, test } from "vitest"
import type { Fleet, Flow } from "../core/fleet.ts"
import { fleetFixture } from "../core/fleet-fixture.ts"
import { contributionsOf } from "../core/render.ts"
import { topologyDiagram } from "./diagram.ts"
import { portRows } from "./ports.ts"
import { readme } from "./readme.ts"
import { scalingSection } from "./scaling.ts"
import { formatBits, formatBytes, formatNumber, markdownTable } from "./table.ts"

const ends = fc.constantFrom("manager", "app", "database", "bastion" as const)
const flows: fc.Arbitrary<Flow[]> = fc.array(
  fc.record({
    from: ends,
    to: ends,
    protocol: fc.constantFrom("tcp" as const, "udp" as const),
    port: fc.constantFrom(22, 80),
    service: fc.constant("x"),
  }),
)

test("the port table allows exactly the flows, no pair more", () => {
  const pairs = (rows: { from: string; to: string; protocol: string; port: number | null }[]) =>
    [...new Set(rows.map((row) => `${row.from} ${row.to} ${row.protocol} ${row.port}`))].sort()
  fc.assert(
    fc.property(flows, (list) => {
      const expanded = portRows(list).flatMap((row) =>
        row.from.flatMap((from) => row.to.map((to) => ({ ...row, from, to }))),
      )
      expect(pairs(expanded)).toEqual(pairs(list))
    }),
  )
})

test("a large fleet is drawn as a few nodes", () => {
  const diagram = topologyDiagram(fleetFixture({ app: 1000 }))
  expect(diagram).toContain("997 more<br/>to app-1000")
  expect(diagram.split("\n").length).toBeLessThan(60)
})

test("the load balancer that holds the address first is drawn as the way in", () => {
  const fleet = fleetFixture()
  fleet.edge.vrrp.priorities = { "load-balancer-1": 100, "load-balancer-2": 200 }
  expect(topologyDiagram(fleet)).toContain("VIP --> load_balancer_2")
  expect(topologyDiagram(fleet)).toContain("VIP -.-> load_balancer_1")
})

test("the README shows the arithmetic with the fleet's numbers", () => {
  const fleet = fleetFixture({ app: 10 })
  fleet.workload = {
    ...fleet.workload,
    concurrentUsers: 5000,
    baselineRequestsPerSecond: 5000,
    coresNeeded: 34,
    flashSaleFactor: 10,
    peakRequestsPerSecond: 50_000,
  }
  const text = readme(fleet, contributionsOf(fleet))
  expect(text).toContain("5,000 users × 1 requests/s = **5,000 requests/s**")
  expect(text).toContain("= **34**")
  expect(text).toContain("together **40**, good for 6,000 requests/s: enough")
  fleet.workload.coresNeeded = 41
  expect(readme(fleet, contributionsOf(fleet))).toContain("**not enough**")
})

test("a fleet without scaling triggers has no table of them, any other those it has", () => {
  const fleet = fleetFixture()
  expect(scalingSection(fleet)).toEqual([])
  fleet.scaling = { ...fleet.scaling, databaseDiskIops: 14_000, loadBalancerBitsPerSecond: 1.4e9 }
  expect(scalingSection(fleet)[1]?.split("\n").slice(2)).toEqual([
    "| Load balancers | network | 1.4 Gbps |",
    "| Database primary | disk | 14,000 IOPS |",
  ])
})

test("the README says what a client may ask for, where that is limited", () => {
  const fleet = fleetFixture()
  expect(readme(fleet, contributionsOf(fleet))).not.toContain("Rate limit")
  fleet.edge.rateLimit = { requests: 50, periodSeconds: 10, burst: 100 }
  expect(readme(fleet, contributionsOf(fleet))).toContain(
    "may make 100 requests at once and 50 every 10s",
  )
})

test("the README claims for a lost host what the tasks are given room for", () => {
  const text = (hosts: number, change: Partial<Fleet["app"]>) => {
    const fleet = fleetFixture({ app: hosts })
    Object.assign(fleet.app, change)
    return readme(fleet, contributionsOf(fleet))
  }
  const nine = text(9, { replicas: 18, cpu: 1.87, memoryBytes: 3e9 })
  expect(nine).toContain("One app host gone: 8 × 4 cores × 150 = **4,800 requests/s**, enough")
  expect(nine).toContain(
    "8 × 3 = 24 are enough for all and for what an update starts first, 18 + 1",
  )
  expect(nine).toContain("each task has 1.33 of its 1.87 CPU and 2.583 GB of its 3 GB set aside")
  expect(text(1, { replicas: 2 })).toContain("One app host gone: **nothing** is left.")
  expect(text(1, { replicas: 2 })).not.toContain("with one host gone")
})

test("the README compares what is left with what passes the CDN", () => {
  const fleet = fleetFixture({ app: 2 })
  fleet.workload.baselineRequestsPerSecond = 1000
  expect(readme(fleet, contributionsOf(fleet))).toContain("**not enough** for the baseline")
  fleet.edge.cdnOffload = 0.45
  expect(readme(fleet, contributionsOf(fleet))).toContain("1,000 × 55% = 550 requests/s that pass")
})

test("numbers and sizes read as people write them", () => {
  expect([0.1, 999, 1000, 1234567, 0.3217].map(formatNumber)).toEqual([
    "0.1",
    "999",
    "1,000",
    "1,234,567",
    "0.322",
  ])
  expect([512, 256e6, 8e9, 1.5e12].map(formatBytes)).toEqual(["512 B", "256 MB", "8 GB", "1.5 TB"])
  expect([500e6, 1.4e9].map(formatBits)).toEqual(["500 Mbps", "1.4 Gbps"])
})

test("a table refuses a row that would shift its columns", () => {
  expect(markdownTable(["a", "b"], [["x|y", 1]])).toBe("| a | b |\n| --- | --- |\n| x\\|y | 1 |")
  expect(() => markdownTable(["a"], [["x", "y"]])).toThrow(/x, y/)
})
