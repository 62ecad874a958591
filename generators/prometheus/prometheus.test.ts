import { expect, test } from "vitest"
import { parse } from "yaml"
import { fleetFixture, watchedFixture } from "../core/fleet-fixture.ts"
import { type Alert, inhibitionsOf } from "../core/monitoring.ts"
import { contributionsOf } from "../core/render.ts"
import { prometheusConfig } from "./config.ts"
import { monitoringHost } from "./placement.ts"
import { watchdog } from "./rule-tests.ts"

const fleet = watchedFixture()
const all = contributionsOf(fleet)
const alerts: Alert[] = all.monitored.flatMap(({ monitored }) => monitored.alerts)
const host = monitoringHost(fleet) ?? fail()
const config = parse(prometheusConfig(fleet, fleet.monitoring ?? fail(), host, all))
const job = (name: string) =>
  config.scrape_configs.find(({ job_name }: { job_name: string }) => job_name === name)
const alert = (name: string) => alerts.find((candidate) => candidate.name === name) ?? fail()

test("a fleet without monitoring runs and watches nothing of it", () => {
  const { services, monitored, flows } = contributionsOf(fleetFixture())
  expect(services.filter(({ tier }) => tier === "monitoring")).toEqual([])
  expect(monitored).toEqual([])
  expect(flows.filter(({ service }) => service === "node exporter")).toEqual([])
})

test("every alert has a name of its own and is tested firing and silent", () => {
  const names = alerts.map(({ name }) => name)
  expect(names.filter((name) => !/^([A-Z][a-z]+)+$/.test(name))).toEqual([])
  expect(new Set(names).size).toBe(names.length)
  const neverSilent = alerts.filter(({ tests }) => tests.silent === null)
  expect(neverSilent.map(({ name }) => name)).toEqual([watchdog])
})

test("what an alert holds back exists, is another, and is no worse than itself", () => {
  const rank = { info: 0, warning: 1, critical: 2 }
  for (const one of alerts) {
    const { name, severity } = one
    const held = inhibitionsOf(one).flatMap((each) =>
      each.alerts === "all others" ? [] : each.alerts,
    )
    const wrong = held.filter(
      (other) => other === name || rank[alert(other).severity] > rank[severity],
    )
    expect(wrong, name).toEqual([])
  }
})

test("hosts with fixed addresses are named, so that a dead one stays down", () => {
  expect(job("patroni").static_configs).toHaveLength(3)
  expect(job("etcd").static_configs[0]).toEqual({
    targets: ["10.10.1.1:2381"],
    labels: { node: "manager-1", role: "manager" },
  })
  expect(job("app").dns_sd_configs[0]).toMatchObject({ names: ["tasks.quickcart_app"], port: 3000 })
})

test("an interval of its own and a choice of metrics are the job's, where it asks for them", () => {
  expect(job("certificates")).toMatchObject({
    scrape_interval: "4m",
    metric_relabel_configs: [
      {
        source_labels: ["__name__"],
        regex: "probe_(success|ssl_earliest_cert_expiry)",
        action: "keep",
      },
    ],
  })
  expect(job("postgres")).not.toHaveProperty("scrape_interval")
  expect(job("postgres")).not.toHaveProperty("metric_relabel_configs")
})

test("no job leaves out what the rules read of it", () => {
  for (const { monitored } of all.monitored) {
    for (const { job: name, keep } of monitored.scrapes) {
      const read = Object.keys(monitored.healthy)
        .filter((each) => each.includes(`job="${name}"`) && !each.startsWith("up{"))
        .map((each) => each.split("{")[0] ?? "")
      const kept = new RegExp(`^(?:${keep ?? ".*"})$`)
      expect(read.filter((metric) => !kept.test(metric))).toEqual([])
    }
  }
})

test("each elastic job is counted against the spec", () => {
  const larger = watchedFixture()
  larger.app.replicas = 5
  const expressions = contributionsOf(larger).monitored.flatMap(({ monitored }) =>
    monitored.alerts.map(({ expression }) => expression),
  )
  expect(expressions).toContain('(count(up{job="app"} == 1) or vector(0)) < 5')
  expect(expressions).toContain('(count(up{job="app-node"} == 1) or vector(0)) < 2')
})

test("the triggers are the spec's numbers", () => {
  expect(alert("LoadBalancerCpuHigh").expression).toMatch(/> 0\.6$/)
  expect(alert("LoadBalancerBandwidthHigh").expression).toMatch(/> 1400000000 or .*> 1400000000$/)
  expect(alert("AppCpuHigh").expression).toMatch(/job="app-node".*> 0\.7$/)
  expect(alert("AppMemoryHigh").expression).toMatch(/> 0\.8$/)
  expect(alert("DatabaseDiskHigh").expression).toContain("> 14000 and on (node)")
  expect(alert("DatabaseCpuHigh").expression).toContain("> 0.7 and on (node)")
  expect(alert("RedisMemoryHigh").expression).toMatch(/> 0\.7$/)
  expect(alert("ReplicaReadsSlow").expression).toMatch(/> 0\.1$/)
  const bare = watchedFixture()
  bare.scaling.appCpu = null
  const names = contributionsOf(bare).monitored.flatMap(({ monitored }) =>
    monitored.alerts.map(({ name }) => name),
  )
  expect(names).not.toContain("AppCpuHigh")
})

test("the flows let Prometheus reach every target with a fixed address", () => {
  const targets = all.monitored.flatMap(({ monitored }) =>
    monitored.scrapes.flatMap(({ targets }) => (Array.isArray(targets) ? targets : [])),
  )
  const closed = targets.filter(({ address }) => {
    const [ip, port] = address.split(":")
    const to = fleet.hosts.find(({ privateAddress }) => privateAddress === ip)?.role
    return (
      ![host.privateAddress, "127.0.0.1"].includes(ip ?? "") &&
      !all.flows.some(
        (flow) => flow.from === "manager" && flow.to === to && flow.port === Number(port),
      )
    )
  })
  expect(closed).toEqual([])
})

test("disk and memory are bounded by the spec", () => {
  const definition = all.services.find(({ name }) => name === "prometheus")?.definition ?? fail()
  expect(definition.entrypoint).toContain("--storage.tsdb.retention.time=15d")
  expect(definition.entrypoint).toContain("--storage.tsdb.retention.size=9536MB")
  expect(definition.deploy.resources?.limits?.memory).toBe("2000000000")
  expect(definition.environment).toEqual({ GOMEMLIMIT: "1800000000" })
})

function fail(): never {
  throw new Error("the fixture lacks it")
}
