import { describe, expect, test } from "vitest"
import { redisFailover, redisHosts, redisMemory } from "./redis.ts"
import { verdict } from "./rule-bench.ts"

describe("redis/hosts", () => {
  const count = (hosts: number) =>
    verdict(redisHosts, (spec) => {
      if (spec.hosts.redis !== undefined) spec.hosts.redis.count = hosts
    })

  test("three hosts, no fewer and no idle ones", () => {
    expect(count(3)).toEqual([])
    expect(count(2)).toEqual([
      "hosts.redis.count: 2 hosts for 3 masters that must not share one; write 3",
    ])
    expect(count(5)).toEqual(["hosts.redis.count: 5 hosts, of which 2 would run nothing; write 3"])
  })

  test("database hosts beyond three have other work, fewer are found in every tier", () => {
    const shared = (hosts: number) =>
      verdict(redisHosts, (spec) => {
        delete spec.hosts.redis
        spec.tier = "development"
        spec.hosts.database.count = hosts
      })
    expect(shared(5)).toEqual([])
    expect(shared(1)).toEqual([expect.stringMatching("^hosts.database.count: 1 hosts")])
  })

  test("a fleet without Redis needs none", () => {
    const none = verdict(redisHosts, (spec) => {
      delete spec.redis
      delete spec.hosts.redis
      spec.hosts.database.count = 1
    })
    expect(none).toEqual([])
  })
})

test("redis/memory: the process itself must fit", () => {
  expect(verdict(redisMemory)).toEqual([])
  expect(verdict(redisMemory, (spec) => (spec.redis = { sessionMemory: "20MB" }))).toEqual([
    "redis.sessionMemory: 20 MB, of which the process takes 16 MB; write 24MB or more",
  ])
})

test("redis/failover: timeout, gossip and election end within the objective", () => {
  const timeout = (nodeTimeout: string) =>
    verdict(redisFailover, (spec) => (spec.redis = { nodeTimeout }))
  expect(timeout("5.9s")).toEqual([])
  expect(timeout("6s")).toEqual([
    "redis.nodeTimeout: 1.5 x 6 s until a majority agrees + 1.1 s to elect = 10.1 s, more than " +
      "the 10 s of objectives.redisFailover; write 5.9s or less",
  ])
})
