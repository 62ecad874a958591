import { describe, expect, test } from "vitest"
import type { EnvironmentSpec } from "../../schema/environment.ts"
import { lockFixture, specFixture } from "../../schema/environment-fixture.ts"
import { masterDownSeconds, resolve } from "./resolve.ts"

function resolved(change: (spec: EnvironmentSpec) => void = () => {}) {
  const spec = specFixture()
  change(spec)
  return resolve(spec, "environments/fixture.yaml", lockFixture())
}

describe("hosts", () => {
  test("stand at their role's offset, the DMZ in both subnets", () => {
    const fleet = resolved()
    const table = fleet.hosts
      .filter(({ index }) => index === 1)
      .map((host) => `${host.name} ${host.privateAddress} ${host.publicAddress}`)
    expect(table).toEqual([
      "manager-1 10.10.0.11 null",
      "load-balancer-1 10.10.0.21 203.0.113.21",
      "app-1 10.10.0.101 null",
      "database-1 10.10.0.31 null",
      "redis-1 10.10.0.51 null",
      "bastion-1 10.10.0.5 203.0.113.5",
    ])
    const second = fleet.hosts.find(({ name }) => name === "load-balancer-2")
    expect(second?.publicAddress).toBe("203.0.113.22")
    expect(new Set(fleet.hosts.map(({ privateAddress }) => privateAddress)).size).toBe(21)
  })

  test("Redis runs on the database hosts when it has none", () => {
    const fleet = resolved((spec) => delete spec.hosts.redis)
    expect(fleet.redisRole).toBe("database")
    expect(fleet.hosts.some(({ role }) => role === "redis")).toBe(false)
    expect(resolved().redisRole).toBe("redis")
  })
})

test("the workload follows the seed's arithmetic", () => {
  expect(resolved().workload).toMatchObject({
    baselineRequestsPerSecond: 5000,
    coresNeeded: 34,
    coresProvided: 36,
    peakRequestsPerSecond: 50_000,
  })
})

test("every scaling trigger of the seed's table is a number with its unit, or null", () => {
  const { scaling } = resolved((spec) => {
    spec.scaling = {
      loadBalancerBandwidth: "1.4Gbps",
      databaseDiskIops: 14_000,
      replicaReadLatency: "100ms",
      appCpu: "70%",
    }
  })
  expect(scaling).toMatchObject({
    loadBalancerBitsPerSecond: 1.4e9,
    databaseDiskIops: 14_000,
    replicaReadLatencySeconds: 0.1,
    appCpu: 0.7,
  })
  expect(Object.values(resolved().scaling)).toEqual(Array(9).fill(null))
})

test("a rate limit without burst takes what one period allows at once", () => {
  const limit = resolved((spec) => (spec.edge.rateLimit = { requests: 50 })).edge.rateLimit
  expect(limit).toEqual({ requests: 50, periodSeconds: 1, burst: 50 })
  expect(resolved().edge.rateLimit).toBe(null)
})

describe("VRRP", () => {
  test("priorities fall from 200, and the last backup sets the pace", () => {
    const { vrrp } = resolved((spec) => (spec.hosts.loadBalancer.count = 3)).edge
    expect(vrrp.priorities).toEqual({
      "load-balancer-1": 200,
      "load-balancer-2": 199,
      "load-balancer-3": 198,
    })
    expect(vrrp.masterDownSeconds).toBe(masterDownSeconds(0.2, 198))
  })

  test("the master down interval is RFC 9568's", () => {
    expect(masterDownSeconds(1, 199)).toBe(3.222656)
    expect(masterDownSeconds(0.1, 255)).toBe(0.300391)
  })
})

describe("images", () => {
  test("are referred to by digest unless source is asked for", () => {
    const lock = lockFixture()
    expect(resolved().images.haproxy).toBe(
      `registry.example.com/quickcart/haproxy@${lock.haproxy.digest}`,
    )
    const bySource = resolved((spec) => {
      spec.images = { registry: "10.10.0.3:5000", insecure: true, reference: "source" }
    })
    expect(bySource.images.haproxy).toBe(`10.10.0.3:5000/haproxy:${lock.haproxy.source}`)
    expect(bySource.registry).toEqual({ address: "10.10.0.3:5000", insecure: true })
  })

  test("the sample shop runs where no image is given", () => {
    expect(resolved().app.image).toBe(resolved().images.shop)
    const image = "example.com/shop:1"
    expect(resolved((spec) => (spec.app.image = image)).app.image).toBe(image)
  })
})

test("defaults are what the schema promises", () => {
  const fleet = resolved((spec) => {
    delete spec.timezone
    delete spec.app.replicas
    delete spec.hosts.app.maxCount
    delete spec.flashSales
    delete spec.edge.maxConnections
  })
  expect(fleet.timezone).toBe("UTC")
  expect(fleet.network).toMatchObject({ encryptedOverlay: false, mtuBytes: 1500 })
  expect(fleet.objectives.databaseFailoverSeconds).toBe(30)
  expect(fleet.app).toMatchObject({
    port: 3000,
    healthPath: "/healthz",
    replicas: 9,
    maxAppHosts: 9,
    update: { parallelism: 1, delaySeconds: 0, monitorSeconds: 5, deadlineSeconds: 300 },
    drainSeconds: 8,
    stopGracePeriodSeconds: 30,
  })
  expect(fleet.edge).toMatchObject({
    timeouts: {
      requestSeconds: 5,
      connectSeconds: 1,
      clientSeconds: 30,
      serverSeconds: 15,
      queueSeconds: 3,
    },
    health: { intervalSeconds: 1, fastIntervalSeconds: 0.25, fall: 2, rise: 2 },
    maxConnections: 20_000,
    maxConnectionsPerTask: 200,
    cdnOffload: 0,
    cdnVendor: null,
  })
  expect(fleet.flashSales).toEqual([])
})

test("flash sales come soonest first, with an hour of prewarm", () => {
  const sale = { duration: "3h", appHosts: 50 }
  const { flashSales } = resolved((spec) => {
    spec.flashSales = [
      { ...sale, name: "late", start: "2027-01-01T00:00" },
      { ...sale, name: "soon", start: "2026-12-12T19:00" },
    ]
  })
  expect(flashSales.map(({ name }) => name)).toEqual(["soon", "late"])
  expect(flashSales[0]).toMatchObject({ durationSeconds: 10_800, prewarmSeconds: 3600 })
})

test("secrets are every name of the spec once, sorted", () => {
  const fleet = resolved((spec) => {
    spec.secrets = ["zebra", "app_key"]
    spec.app.secrets = ["app_key", "app_key"]
  })
  expect(fleet.secrets).toEqual(["app_key", "zebra"])
  expect(fleet.app.secrets).toEqual(["app_key"])
})

test("nonsense that the schema lets through is resolved, for the rules to report", () => {
  const fleet = resolved((spec) => {
    spec.network.subnets.private = "999.0.0.0/31"
    spec.hosts.loadBalancer.count = 1000
  })
  expect(fleet.hosts[0]?.privateAddress).toBe("0.0.0.0")
})
