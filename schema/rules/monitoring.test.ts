import { expect, test } from "vitest"
import { listeners, memory } from "./monitoring.ts"
import { verdict } from "./rule-bench.ts"

test("monitoring/memory: what Prometheus takes has to be left by what else a manager runs", () => {
  expect(verdict(memory)).toEqual([])
  expect(verdict(memory, (spec) => (spec.monitoring = {}))).toEqual([])
  expect(verdict(memory, (spec) => (spec.monitoring = { memory: "3.7GB" }))).toEqual([
    "monitoring.memory: 3.7 GB for Prometheus + 0.52 GB for etcd, Alertmanager, exporters and the host " +
      "itself are more than the 4 GB of a manager; write 3480MB or less, or larger managers",
  ])
  const grafana = { image: `grafana/grafana@sha256:${"1".repeat(64)}` }
  expect(verdict(memory, (spec) => (spec.monitoring = { memory: "3.5GB" }))).toEqual([])
  expect(verdict(memory, (spec) => (spec.monitoring = { memory: "3.5GB", grafana }))).toEqual([
    "monitoring.memory: 3.5 GB for Prometheus + 0.97 GB for etcd, Alertmanager, Grafana, exporters and the " +
      "host itself are more than the 4 GB of a manager; write 3028MB or less, or larger managers",
  ])
  expect(verdict(memory, (spec) => (spec.monitoring = { memory: "100MB" }))).toEqual([
    "monitoring.memory: 0.1 GB are too few for Prometheus; write 150MB or more",
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
