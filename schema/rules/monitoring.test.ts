import { expect, test } from "vitest"
import type { EnvironmentSpec } from "../environment.ts"
import { listeners, memory, retention as retentionRule, size } from "./monitoring.ts"
import { verdict } from "./rule-bench.ts"

test("monitoring/memory: what Prometheus takes has to be left by what else a manager runs", () => {
  expect(verdict(memory)).toEqual([])
  expect(verdict(memory, (spec) => (spec.monitoring = {}))).toEqual([])
  expect(verdict(memory, (spec) => (spec.monitoring = { memory: "3.7GB" }))).toEqual([
    "monitoring.memory: 3.7 GB for Prometheus + 0.52 GB for etcd, Alertmanager, exporters and the host " +
      "itself are more than the 4 GB of a manager; write 3480MB or less, or larger managers",
  ])
  const grafana = { image: `grafana/grafana@sha256:${"1".repeat(64)}` }
  expect(verdict(memory, (spec) => (spec.monitoring = { memory: "3.4GB" }))).toEqual([])
  expect(verdict(memory, (spec) => (spec.monitoring = { memory: "3.4GB", grafana }))).toEqual([
    "monitoring.memory: 3.4 GB for Prometheus + 1.03 GB for etcd, Alertmanager, Grafana, exporters and the " +
      "host itself are more than the 4 GB of a manager; write 2968MB or less, or larger managers",
  ])
  const withLogs = verdict(memory, (spec) => {
    spec.monitoring = { memory: "3.4GB" }
    spec.logs = { retention: "14d", storage: "10GB" }
  })
  expect(withLogs[0]).toContain("for etcd, Alertmanager, the log store, exporters")
  expect(verdict(memory, (spec) => (spec.monitoring = { memory: "100MB" }))).toEqual([
    "monitoring.memory: 0.1 GB are too few for Prometheus; write 150MB or more",
  ])
})

test("monitoring/size: memory for the largest fleet, storage for what is kept of this one", () => {
  const given = (monitoring: EnvironmentSpec["monitoring"]) =>
    verdict(size, (spec) => {
      if (monitoring !== undefined) spec.monitoring = monitoring
    })
  const enough = { memory: "1.2GB", storage: "20GB" } as const
  expect(given(undefined)).toEqual([])
  expect(given(enough)).toEqual([])
  const [memoryFinding, ...others] = given({ ...enough, memory: "150MB" })
  expect(others).toEqual([])
  expect(memoryFinding).toMatch(
    /^monitoring\.memory: 0\.15 GB are less than the .* GB that Prometheus needs for [\d,]+ series of \d+ hosts, by the count of \d{4}-\d\d-\d\d; write \d+MB or more$/,
  )
  expect(given({ ...enough, storage: "500MB" })[0]).toMatch(
    /^monitoring\.storage: 0\.5 GB are less/,
  )
  // What it asks for is enough.
  const wanted = /write (\d+)MB/.exec(memoryFinding ?? "")?.[1]
  expect(given({ ...enough, memory: `${Number(wanted)}MB` })).toEqual([])
  expect(given({ ...enough, memory: `${Number(wanted) - 1}MB` })).toHaveLength(1)
})

test("monitoring/retention: in production the error budget's 30 days are kept", () => {
  const kept = (retention: "15d" | "30d") =>
    verdict(retentionRule, (spec) => (spec.monitoring = { retention }))
  expect(kept("30d")).toEqual([])
  expect(kept("15d")).toEqual([
    "monitoring.retention: 15 days are kept of the 30 that the error budget covers; write 30d",
  ])
})

test("monitoring/listeners: in production somebody is told, and somebody else of the silence", () => {
  const notify = { email: { to: "a@b.c", from: "d@b.c", smarthost: "mail:25" } }
  expect(verdict(listeners)).toEqual([])
  expect(verdict(listeners, (spec) => (spec.monitoring = {}))).toEqual([
    "monitoring.notify: tells nobody of alerts; write email, slack or pagerDuty",
  ])
  expect(verdict(listeners, (spec) => (spec.monitoring = { notify }))).toEqual([
    "monitoring.notify: has no heartbeat: when the manager with Prometheus is lost, nobody is told; " +
      "write heartbeat: true",
  ])
  expect(
    verdict(listeners, (spec) => (spec.monitoring = { notify: { ...notify, heartbeat: true } })),
  ).toEqual([])
  const development = verdict(listeners, (spec) => {
    spec.tier = "development"
    spec.monitoring = {}
  })
  expect(development).toEqual([])
})
