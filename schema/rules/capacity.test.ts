import { describe, expect, test } from "vitest"
import { connections, cores, flashSale, hostLoss, maximum, tasks } from "./capacity.ts"
import { verdict } from "./rule-bench.ts"

describe("capacity/cores", () => {
  test("nine hosts of four cores pass, eight are refused with the arithmetic", () => {
    expect(verdict(cores)).toEqual([])
    expect(verdict(cores, (spec) => (spec.hosts.app.count = 8))).toEqual([
      "hosts.app.count: 5,000 users x 1 req/s / 150 req/s per core = 33.33, so 34 cores are " +
        "needed; 8 hosts x 4 vCPU = 32; write 9 or more",
    ])
  })

  test("exactly enough cores pass, despite floating point", () => {
    const change = verdict(cores, (spec) => {
      spec.workload.concurrentUsers = 3
      spec.workload.requestsPerUserPerSecond = 0.1
      spec.workload.requestsPerCorePerSecond = 0.3
      spec.hosts.app.count = 1
      spec.hosts.app.vcpu = 1
    })
    expect(change).toEqual([])
  })
})

describe("capacity/host-loss", () => {
  const withHosts = (count: number) =>
    verdict(hostLoss, (spec) => {
      spec.hosts.app.count = count
      spec.hosts.app.maxCount = count
    })

  test("ten hosts may lose one, nine may not", () => {
    expect(withHosts(10)).toEqual([])
    expect(withHosts(9)).toEqual([
      "hosts.app.count: without one of 9 hosts, 8 x 4 vCPU x 150 req/s = 4,800 req/s are left, " +
        "below 5,000 req/s x (100% - 0% from the CDN) = 5,000 req/s; write 10 or more",
    ])
  })

  test("what the CDN answers needs no host", () => {
    const found = verdict(hostLoss, (spec) => {
      spec.edge.cdn = { vendor: "cloudflare", offload: "4%" }
    })
    expect(found).toEqual([])
  })

  test("development may fail", () => {
    expect(verdict(hostLoss, (spec) => (spec.tier = "development"))).toEqual([])
  })
})

test("capacity/maximum: the limit of scaling may equal the count, not undercut it", () => {
  expect(verdict(maximum, (spec) => (spec.hosts.app.maxCount = 9))).toEqual([])
  expect(verdict(maximum, (spec) => (spec.hosts.app.maxCount = 8))).toEqual([
    "hosts.app.maxCount: 8 is below count, 9; write 9 or more",
  ])
})

describe("capacity/flash-sale", () => {
  test("a waiting room covers what the hosts do not serve", () => {
    expect(verdict(flashSale)).toEqual([])
    expect(verdict(flashSale, (spec) => delete spec.edge.waitingRoom)).toEqual([
      "edge.waitingRoom: 50 app hosts x 4 vCPU x 150 req/s = 30,000 req/s, but 50,000 req/s x " +
        "(100% - 0% from the CDN) = 50,000 req/s arrive in a flash sale; declare waitingRoom, " +
        "offload more to a CDN, or raise flashSales appHosts",
    ])
  })

  test("a waiting room that is switched off covers nothing", () => {
    const found = verdict(flashSale, (spec) => {
      spec.edge.waitingRoom = { enabled: false, maxActiveUsers: 30_000 }
    })
    expect(found).toHaveLength(1)
  })

  test.each([
    ["40%", 0],
    ["39%", 1],
  ])("a CDN that offloads %s alone leaves %i findings", (offload, findings) => {
    const found = verdict(flashSale, (spec) => {
      delete spec.edge.waitingRoom
      spec.edge.cdn = { vendor: "cloudflare", offload }
    })
    expect(found).toHaveLength(findings)
  })

  test("without planned sales the limit of scaling counts", () => {
    const found = verdict(flashSale, (spec) => {
      delete spec.flashSales
      delete spec.edge.waitingRoom
    })
    expect(found[0]).toContain("10 app hosts x 4 vCPU x 150 req/s = 6,000 req/s")
  })

  test("a room that admits more than the fleet serves is refused", () => {
    const found = verdict(flashSale, (spec) => {
      spec.edge.waitingRoom = { maxActiveUsers: 30_001 }
    })
    expect(found).toEqual([expect.stringContaining("write 30000 or less")])
  })
})

test("capacity/connections: the load balancer takes everybody whom the room admits", () => {
  expect(verdict(connections)).toEqual([])
  expect(verdict(connections, (spec) => delete spec.edge.waitingRoom)).toEqual([])
  expect(verdict(connections, (spec) => (spec.edge.maxConnections = 20_000))).toEqual([
    "edge.maxConnections: takes 20,000 connections, and waitingRoom admits 30,000 users; write 30000 or more, or admit fewer",
  ])
})

test("capacity/tasks: limits that leave cores unused are found, the sum is in the message", () => {
  expect(verdict(tasks)).toEqual([])
  expect(verdict(tasks, (spec) => (spec.app.resources.cpu = 1.75))).toEqual([
    "app.resources.cpu: 18 replicas x 1.75 CPU x 150 req/s per core = 4,725 req/s, below the " +
      "5,000 req/s of the workload; write 1.86 or more, or raise app.replicas",
  ])
})
