import { describe, expect, test } from "vitest"
import { idleHosts, replicas } from "./app.ts"
import { verdict } from "./rule-bench.ts"

describe("app/replicas", () => {
  test("two tasks on two hosts survive one, one task does not", () => {
    expect(verdict(replicas, (spec) => (spec.app.replicas = 2))).toEqual([])
    expect(verdict(replicas, (spec) => (spec.app.replicas = 1))).toEqual([
      "app.replicas: 1 task on 9 hosts: losing its host leaves 0; write 2 or more",
    ])
  })

  test("many tasks on one host do not help", () => {
    const found = verdict(replicas, (spec) => (spec.hosts.app.count = 1))
    expect(found).toEqual([expect.stringMatching("^hosts.app.count: 1 app host")])
  })
})

test("app/idle-hosts: every host has a task", () => {
  expect(verdict(idleHosts, (spec) => (spec.app.replicas = 9))).toEqual([])
  expect(verdict(idleHosts, (spec) => (spec.app.replicas = 8))).toEqual([
    "app.replicas: 8 tasks on 9 hosts leave 1 idle; write 9 or more",
  ])
})
