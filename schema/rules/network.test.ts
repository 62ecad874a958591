import { describe, expect, test } from "vitest"
import { operators, ports, publicHosts, vip } from "./network.ts"
import { verdict } from "./rule-bench.ts"

describe("network/public", () => {
  test("the defaults put only load balancers and the bastion outside", () => {
    expect(verdict(publicHosts)).toEqual([])
  })

  test.each(["manager", "app", "database", "redis"] as const)("%s stays inside", (role) => {
    const found = verdict(publicHosts, (spec) => {
      const group = spec.hosts[role]
      if (group !== undefined) group.public = true
    })
    expect(found).toEqual([expect.stringMatching(`^hosts.${role}.public: is true`)])
  })

  test("a load balancer nobody reaches is refused too", () => {
    const found = verdict(publicHosts, (spec) => (spec.hosts.loadBalancer.public = false))
    expect(found).toEqual([expect.stringMatching("^hosts.loadBalancer.public: is false")])
  })
})

test("network/ports: the app may not sit on PostgreSQL's port", () => {
  expect(verdict(ports, (spec) => (spec.app.port = 5433))).toEqual([])
  expect(verdict(ports, (spec) => (spec.app.port = 5432))).toEqual([
    "app.port: 5432 belongs to PostgreSQL; write another port from 3000 to 8000",
  ])
})

describe("network/operators", () => {
  test.each([
    ["198.51.100.0/28", undefined],
    ["198.51.100.300/28", "is no IPv4 network"],
    ["0.0.0.0/0", "is everybody"],
    ["198.51.100.9/28", "write 198.51.100.0/28"],
  ])("%s: %s", (network, fault) => {
    const found = verdict(operators, (spec) => (spec.network.operators = [network]))
    expect(found).toEqual(fault === undefined ? [] : [expect.stringContaining(fault)])
    for (const line of found) expect(line).toMatch(/^network\.operators\[0\]: /)
  })
})

describe("network/vip", () => {
  test.each([
    ["203.0.113.100", undefined],
    ["203.0.113.21", "is the address of load-balancer-1"],
    ["203.0.113.5", "is the address of bastion-1"],
    ["203.0.114.1", "is outside subnets.public"],
    ["203.0.113.255", "own or broadcast address"],
    ["203.0.113.0", "own or broadcast address"],
    ["203.0.113.256", "is no IPv4 address"],
  ])("%s: %s", (address, fault) => {
    const found = verdict(vip, (spec) => (spec.network.vip = address))
    expect(found).toEqual(fault === undefined ? [] : [expect.stringContaining(fault)])
  })
})
