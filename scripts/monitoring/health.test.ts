import { expect, test } from "vitest"
import { Failure } from "../io/failure.ts"
import type { FiringAlert, Sample } from "./access.ts"
import { isWell, monitoringHealth } from "./health.ts"
import { monitoringLines } from "./lines.ts"

const nowMs = Date.parse("2026-06-10T12:00:00Z")
const day = 86_400

const sample = (__name__: string, value: number): Sample => ({ labels: { __name__ }, value })
const metrics = [
  sample("shop:latency:objective", 0.99),
  sample("shop:availability:objective", 0.9995),
  sample("shop:availability:error_budget_left30d", 0.8731),
  sample("shop:availability:burn_rate5m", 0.42),
  sample("prometheus_tsdb_lowest_timestamp_seconds", nowMs / 1000 - 90 * day),
]

const firing = (name: string, severity: string, more: Partial<FiringAlert> = {}): FiringAlert => ({
  name,
  labels: { severity },
  summary: `${name} it is`,
  startsAt: "2026-06-10T11:30:00.000Z",
  suppressed: false,
  ...more,
})
const watchdog = firing("Watchdog", "info")

const asked = (samples: Sample[] | Failure, alerts: FiringAlert[] | Failure) =>
  monitoringHealth(
    {
      query: async () => {
        if (samples instanceof Failure) throw samples
        return samples
      },
      firing: async () => {
        if (alerts instanceof Failure) throw alerts
        return alerts
      },
    },
    nowMs,
  )

test("a well fleet: a line for each promise, and that nothing fires", async () => {
  const health = await asked(metrics, [watchdog])
  expect(isWell(health)).toBe(true)
  expect(monitoringLines(health)).toEqual([
    "SLO availability: 99.95% over 30 days, error budget left 87.31%, burning at 0.4 times the allowed pace",
    "SLO latency: 99% over 30 days, error budget left unknown, nobody asks for anything now",
    "alerts: none firing",
  ])
})

test("a budget of fewer days than its window says so", async () => {
  const young = [
    ...metrics.slice(1, 4),
    sample("prometheus_tsdb_lowest_timestamp_seconds", nowMs / 1000 - 1.5 * day),
  ]
  expect(monitoringLines(await asked(young, [watchdog]))[0]).toContain(
    "left 87.31% (of the 1.5 days with metrics), burning",
  )
})

const etcd = (following: number) => [
  ...["manager-1", "manager-2", "manager-3"].map((node) => ({
    labels: { __name__: "up", job: "etcd", node },
    value: 0,
  })),
  ...Array.from({ length: following }, () => sample("etcd_server_has_leader", 1)),
  sample("etcd_server_has_leader", 0),
]

test.each([
  [2, "etcd: 2 of 3 members follow a leader"],
  [1, "etcd: 1 of 3 members follow a leader: NO QUORUM"],
])("of three members of etcd %i follow a leader", async (following, line) => {
  const health = await asked([...metrics, ...etcd(following)], [watchdog])
  expect(monitoringLines(health)[2]).toBe(line)
})

test("the worst alerts stand first, then the oldest; suppressed ones are only counted", async () => {
  const health = await asked(metrics, [
    firing("AppCpuHigh", "warning"),
    firing("AppTaskDown", "warning", { startsAt: "2026-06-09T08:01:59.000Z" }),
    firing("LoadBalancerDown", "warning", { suppressed: true }),
    firing("NodeDown", "critical"),
    watchdog,
  ])
  expect(monitoringLines(health).slice(2)).toEqual([
    "alerts: 3 firing, 1 suppressed",
    "  critical NodeDown since 2026-06-10 11:30 UTC: NodeDown it is",
    "  warning AppTaskDown since 2026-06-09 08:01 UTC: AppTaskDown it is",
    "  warning AppCpuHigh since 2026-06-10 11:30 UTC: AppCpuHigh it is",
  ])
})

test("the screen has room for ten alerts", async () => {
  const many = Array.from({ length: 12 }, (_, index) => firing(`Alert${index}`, "warning"))
  const lines = monitoringLines(await asked([], [watchdog, ...many]))
  expect(lines).toHaveLength(12)
  expect(lines.at(-1)).toBe("  and 2 more")
})

test.each([
  ["critical", false],
  ["unheard", false],
  ["warning", true],
  ["info", true],
])("while an alert of severity %s fires, the fleet is well: %s", async (severity, well) => {
  expect(isWell(await asked(metrics, [firing("Any", severity), watchdog]))).toBe(well)
})

test("an alert that is suppressed makes nothing unwell", async () => {
  const silenced = firing("NodeDown", "critical", { suppressed: true })
  expect(isWell(await asked(metrics, [silenced, watchdog]))).toBe(true)
})

test("monitoring that does not answer is one line, and not well", async () => {
  const silent = (what: string) => new Failure(`${what} on manager-3 does not answer: timed out`)
  const health = await asked(silent("Prometheus"), silent("Alertmanager"))
  expect(isWell(health)).toBe(false)
  expect(monitoringLines(health)).toEqual([
    "monitoring FAULT: Prometheus on manager-3 does not answer: timed out; Alertmanager on manager-3 does not answer: timed out",
  ])
})

test("what still answers is shown when the other does not", async () => {
  const health = await asked(metrics, new Failure("Alertmanager on manager-3 does not answer: no"))
  expect(monitoringLines(health)).toHaveLength(3)
  expect(health.slos).toHaveLength(2)
})

test("without the watchdog, that nothing fires means nothing", async () => {
  expect(monitoringLines(await asked([], []))).toEqual([
    "alerts: unknown, Prometheus has not told Alertmanager of any yet",
  ])
})

test("a fault of ours is not taken for silence", async () => {
  const broken = {
    query: () => Promise.reject(new TypeError("a bug")),
    firing: async () => [watchdog],
  }
  await expect(monitoringHealth(broken, nowMs)).rejects.toThrow("a bug")
})

test("a fleet without monitoring says so", () => {
  expect(monitoringLines(null)).toEqual(["monitoring: none in this environment"])
})
