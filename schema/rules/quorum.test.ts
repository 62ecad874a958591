import { describe, expect, test } from "vitest"
import { odd, spread } from "./quorum.ts"
import { verdict } from "./rule-bench.ts"

test("quorum/odd: four managers survive no more than three", () => {
  expect(verdict(odd)).toEqual([])
  expect(verdict(odd, (spec) => (spec.hosts.manager.count = 4))).toEqual([
    "hosts.manager.count: 4 managers need 3 for a quorum and survive 1 failures, as 3 do; " +
      "write 3 or 5",
  ])
})

describe("quorum/spread", () => {
  test.each(["manager", "database", "redis"] as const)("two %s hosts are too few", (role) => {
    expect(verdict(spread)).toEqual([])
    const found = verdict(spread, (spec) => {
      const group = spec.hosts[role]
      if (group !== undefined) group.count = 2
    })
    expect(found).toEqual([expect.stringMatching(`^hosts.${role}.count: 2 hosts: a majority`)])
  })

  test("Redis on the database hosts needs no hosts of its own", () => {
    expect(verdict(spread, (spec) => delete spec.hosts.redis)).toEqual([])
  })

  test("development may be smaller", () => {
    const found = verdict(spread, (spec) => {
      spec.tier = "development"
      spec.hosts.manager.count = 1
    })
    expect(found).toEqual([])
  })
})
