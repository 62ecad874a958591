import { expect, test } from "vitest"
import type { Fleet } from "../core/fleet.ts"
import { fleetFixture } from "../core/fleet-fixture.ts"
import { clusterNames, membersOf, shardsOf } from "./clusters.ts"
import { redisConfig } from "./config.ts"
import { restartDelaySeconds, worstFailoverSeconds } from "./failover.ts"
import { redis } from "./index.ts"
import { backlogBytes, maxmemoryBytes, processBytes, replicaBufferBytes } from "./memory.ts"

type Redis = NonNullable<Fleet["redis"]>

const settings: Redis = { nodeTimeoutSeconds: 5, memoryBytes: { sessions: 2e9, cache: 4e9 } }

function fleetWith(memoryBytes: Redis["memoryBytes"] = settings.memoryBytes): Fleet {
  return { ...fleetFixture(), redis: { ...settings, memoryBytes } }
}

test("a fleet without Redis has none of it", () => {
  expect(redis.contribute(fleetFixture()).services).toEqual([])
})

test.each(clusterNames)("the two members of a shard of %s never share a host", (cluster) => {
  for (const { primary, secondary } of shardsOf(fleetWith(), cluster)) {
    expect(primary.host.name).not.toBe(secondary.host.name)
  }
  const perHost = Map.groupBy(membersOf(fleetWith(), cluster), (member) => member.host.name)
  expect([...perHost.values()].map((members) => members.length)).toEqual([2, 2, 2])
})

test("no two processes of a host want one port", () => {
  const taken = clusterNames
    .flatMap((cluster) => membersOf(fleetWith(), cluster))
    .map(({ host, port }) => `${host.name}:${port}`)
  expect(new Set(taken).size).toBe(12)
})

test("all members start together and change one at a time; forming comes after them", () => {
  const services = redis.contribute(fleetWith()).services
  const [members, forming] = [false, true].map((isForming) =>
    services.filter(({ name }) => name.endsWith("-reconcile") === isForming),
  )
  expect(members?.map(({ rollout }) => [rollout.wave, rollout.leader])).toEqual(
    Array.from({ length: 12 }, () => [100, "none"]),
  )
  expect(forming?.map(({ rollout }) => [rollout.wave, rollout.leader])).toEqual([
    [110, undefined],
    [110, undefined],
  ])
})

test("a member may use what is reserved for it, and no more", () => {
  const { services } = redis.contribute(fleetWith())
  for (const { name, definition } of services.filter(({ name }) => !name.endsWith("-reconcile"))) {
    const memory = name.includes("sessions") ? "2000000000" : "4000000000"
    expect(definition.deploy.resources).toEqual({ limits: { memory }, reservations: { memory } })
  }
})

test("the next member waits for the last to be healthy, and it takes no other down with it", () => {
  for (const { definition } of redis.contribute(fleetWith()).services.slice(0, 6)) {
    expect(definition.healthcheck?.test).toEqual(["CMD", "redis-health"])
    expect(definition.deploy.update_config).toMatchObject({ order: "stop-first", parallelism: 1 })
  }
})

test("sessions are kept, the cache is evicted", () => {
  const [sessions = "", cache = ""] = clusterNames.map((name) =>
    redisConfig(fleetWith(), settings, name),
  )
  expect(sessions).toContain("maxmemory-policy noeviction\n")
  expect(sessions).toContain("appendonly yes\nappendfsync everysec\n")
  expect(cache).toContain("maxmemory-policy allkeys-lfu\n")
  expect(cache).toContain("appendonly no\n")
  for (const config of [sessions, cache]) {
    expect(config).toContain("\nport 0\n")
    expect(config).toContain("tls-cluster yes\ntls-replication yes\n")
    expect(config).toContain("cluster-node-timeout 5000\n")
  }
})

test.each([
  ["sessions", 32e6],
  ["sessions", 2e9],
  ["cache", 32e6],
  ["cache", 64e9],
] as const)("%s in %i bytes: data, its copy and the process fit the container", (name, limit) => {
  const data = maxmemoryBytes(name, limit)
  const copied = name === "sessions" ? 1.6 : 1.35
  expect(data * copied + processBytes).toBeLessThanOrEqual(limit)
  expect(data).toBeGreaterThan(0.25 * limit)
  expect(backlogBytes(data)).toBeLessThan(data)
  expect(replicaBufferBytes(data)).toBeLessThan(data)
})

test("a crashed cache comes back after its replica took over", () => {
  expect(worstFailoverSeconds(5)).toBeCloseTo(8.6)
  expect(restartDelaySeconds(5)).toBeGreaterThan(worstFailoverSeconds(5))
  const [service] = redis.contribute(fleetWith()).services
  expect(service?.definition.deploy.restart_policy.delay).toBe("10s")
})
