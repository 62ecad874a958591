import { describe, expect, test } from "vitest"
import { drain, pair, stopGrace, vrrpFailover, vrrpInterval } from "./edge.ts"
import { verdict } from "./rule-bench.ts"

describe("edge/vrrp-failover", () => {
  test("adverts of 100 ms keep 3 s, adverts of 1 s do not", () => {
    expect(verdict(vrrpFailover)).toEqual([])
    expect(verdict(vrrpFailover, (spec) => (spec.edge.vrrp = { advertInterval: "1s" }))).toEqual([
      "edge.vrrp.advertInterval: 3 x 1 s between adverts + 0.22 s skew = 3.22 s before the " +
        "backup takes over, not below the 3 s of objectives.edgeFailover; " +
        "write a shorter interval, for example 100ms",
    ])
  })

  test("the promise itself is too late", () => {
    const found = verdict(vrrpFailover, (spec) => (spec.objectives.edgeFailover = "322.266ms"))
    expect(found).toHaveLength(1)
  })
})

test.each([
  ["10ms", 0],
  ["40950ms", 0],
  ["15ms", 1],
  ["0s", 1],
  ["41s", 1],
])("edge/vrrp-interval: %s has %i findings", (advertInterval, findings) => {
  const found = verdict(vrrpInterval, (spec) => (spec.edge.vrrp = { advertInterval }))
  expect(found).toHaveLength(findings)
})

test("edge/pair: one load balancer is enough only in development", () => {
  expect(verdict(pair)).toEqual([])
  expect(verdict(pair, (spec) => (spec.hosts.loadBalancer.count = 1))).toEqual([
    "hosts.loadBalancer.count: 1 load balancer: when it dies nothing answers; write 2 or more",
  ])
  const development = verdict(pair, (spec) => {
    spec.tier = "development"
    spec.hosts.loadBalancer.count = 1
  })
  expect(development).toEqual([])
})

describe("edge/drain", () => {
  test("3 s of draining is just what HAProxy's defaults need", () => {
    expect(verdict(drain, (spec) => (spec.app.drain = "3s"))).toEqual([])
    expect(verdict(drain, (spec) => (spec.app.drain = "2.9s"))).toEqual([
      "app.drain: 2.9 s is shorter than HAProxy needs to notice: 2 failed checks x 1 s + 1 s " +
        "connect timeout = 3 s; write 3s or more",
    ])
  })

  test("draining must end before the SIGKILL", () => {
    const found = verdict(drain, (spec) => (spec.app.stopGracePeriod = "8s"))
    expect(found).toEqual([expect.stringContaining("does not end before the SIGKILL after 8 s")])
  })
})

test("edge/stop-grace: drain and the longest answer fit the grace period", () => {
  expect(verdict(stopGrace, (spec) => (spec.app.stopGracePeriod = "23s"))).toEqual([])
  expect(verdict(stopGrace, (spec) => (spec.app.stopGracePeriod = "22s"))).toEqual([
    "app.stopGracePeriod: 8 s drain + 15 s server timeout = 23 s, more than the 22 s before " +
      "SIGKILL; write 23s or more",
  ])
})
