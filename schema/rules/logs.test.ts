import { expect, test } from "vitest"
import { disk, requests } from "./logs.ts"
import { verdict } from "./rule-bench.ts"

test("logs/disk: logs and metrics leave room for what else a manager's disk holds", () => {
  expect(verdict(disk)).toEqual([])
  expect(verdict(disk, (spec) => (spec.logs = {}))).toEqual([])
  const full = verdict(disk, (spec) => {
    spec.monitoring = { storage: "10GB" }
    spec.logs = { storage: "25GB" }
  })
  expect(full).toEqual([
    "logs.storage: 25 GB for logs + 10 GB for metrics are more than 30 GB, 60% of a manager's disk; " +
      "write 20GB or less, or larger disks",
  ])
})

test("logs/requests: in production a day of requests fits, or only the failed are stored", () => {
  expect(verdict(requests)).toEqual([])
  expect(verdict(requests, (spec) => (spec.logs = { storage: "10GB" }))).toEqual([
    "logs.requests: is all: 5,000 requests a second at 550 bytes fill 10 GB in 1.01 hours; " +
      "write failed, or more storage",
  ])
  expect(verdict(requests, (spec) => (spec.logs = { requests: "failed" }))).toEqual([])
})
