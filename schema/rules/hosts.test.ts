import { describe, expect, test } from "vitest"
import { reservations } from "./hosts.ts"
import { verdict } from "./rule-bench.ts"

describe("hosts/reservations", () => {
  test("what exactly fills a host passes", () => {
    const found = verdict(reservations, (spec) => {
      spec.app.resources = { cpu: 2, memory: "3.875GB" }
      spec.redis = { sessionMemory: "2GB", cacheMemory: "5.875GB" }
    })
    expect(found).toEqual([])
  })

  test("CPU: two tasks a host, each more than half of it", () => {
    expect(verdict(reservations, (spec) => (spec.app.resources.cpu = 2.1))).toEqual([
      "app.resources.cpu: 18 tasks on 9 hosts are 2 a host: 2 x 2.1 = 4.2 CPU, more than the " +
        "4 vCPU of a host; write 2 or less",
    ])
  })

  test("memory: the host itself needs some", () => {
    expect(verdict(reservations, (spec) => (spec.app.resources.memory = "4GB"))).toEqual([
      "app.resources.memory: 18 tasks on 9 hosts are 2 a host: 2 x 4 GB + 0.25 GB for the host " +
        "itself = 8.25 GB, more than the 8 GB of a host; write less, fewer replicas, or larger hosts",
    ])
  })

  test("etcd: a manager has room for it, where there is a database", () => {
    const found = (memory: string) =>
      verdict(reservations, (spec) => {
        spec.hosts.manager.memory = memory
        spec.database = {}
      })
    expect(found("650MB")).toEqual([])
    expect(found("649MB")).toEqual([
      "hosts.manager.memory: 0.4 GB for etcd + 0.25 GB for the host itself = 0.65 GB, more than " +
        "the 0.65 GB of a host; write 650MB or more",
    ])
    expect(verdict(reservations, (spec) => (spec.hosts.manager.memory = "300MB"))).toEqual([])
  })

  test("Redis: a primary and a replica of both clusters", () => {
    const found = verdict(reservations, (spec) => {
      spec.redis = { sessionMemory: "4GB", cacheMemory: "4GB" }
    })
    expect(found).toEqual([expect.stringContaining("2 x (4 GB + 4 GB) + 0.25 GB")])
  })

  test("Redis beside PostgreSQL leaves it its memory", () => {
    const shared = (cacheMemory: string) =>
      verdict(reservations, (spec) => {
        delete spec.hosts.redis
        spec.redis = { sessionMemory: "1GB", cacheMemory }
        spec.database = { memory: "8GB" }
      })
    expect(shared("10GB")).toEqual([])
    expect(shared("11GB")).toEqual([
      expect.stringContaining("2 x (1 GB + 11 GB) + 8 GB for PostgreSQL"),
    ])
  })

  test("PostgreSQL: what it reserves fits its host, and is enough to run", () => {
    const memory = (size: string) =>
      verdict(reservations, (spec) => (spec.database = { memory: size }))
    expect(memory("31.75GB")).toEqual([])
    expect(memory("32GB")).toEqual([
      "database.memory: 32 GB + 0.25 GB for the host itself = 32.25 GB, more than the 32 GB of a " +
        "host; write 31.75GB or less",
    ])
    expect(memory("100MB")).toEqual([expect.stringContaining("leaves a member 0.1 GB")])
  })
})
