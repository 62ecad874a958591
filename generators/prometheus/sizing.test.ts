import { expect, test } from "vitest"
import { watchedFixture } from "../core/fleet-fixture.ts"
import { contributionsOf } from "../core/render.ts"
import { readme } from "../topology/readme.ts"
import { bytesOfSeries, measurement, monitoringSizes, seriesOfHost } from "./sizing.ts"

const fleet = watchedFixture()
const monitoring = fleet.monitoring ?? expect.fail("no monitoring")
const { perAppTask, perFleet } = measurement
const { declared, largest, many } = monitoringSizes(fleet, monitoring)

/** Series of the hosts of the fixture that are always there. */
const fixed =
  3 * seriesOfHost("manager") + 2 * seriesOfHost("load-balancer") + 3 * seriesOfHost("database")

test("series are counted by host and by task", () => {
  const tasks = fleet.app.replicas
  expect(declared.hosts).toBe(11)
  expect(declared.series).toBe(fixed + 2 * seriesOfHost("app") + tasks * perAppTask + perFleet)
})

test("sixty hosts are the same fleet with more app hosts, each as full as today's", () => {
  const tasksPerHost = fleet.app.replicas / 2
  expect(many.hosts).toBe(60)
  expect(many.series).toBe(
    fixed + 51 * (seriesOfHost("app") + tasksPerHost * perAppTask) + perFleet,
  )
  expect(largest.hosts).toBe(9 + fleet.app.maxAppHosts)
})

test("a series takes what its labels and three hours of samples take, twice over", () => {
  // 2 x (732 + 8 x 32 + 120 + 720 x 2 x 1.5), and half the samples at half the pace.
  expect(bytesOfSeries(15)).toBe(6536)
  expect(bytesOfSeries(30)).toBe(4376)
})

test("memory counts the tasks twice, for those of the version before", () => {
  const series = declared.series + fleet.app.replicas * perAppTask
  expect(declared.memoryBytes).toBe(
    100e6 + series * bytesOfSeries(monitoring.scrapeIntervalSeconds),
  )
})

test("the disk holds the retention's samples and the write-ahead log", () => {
  const samples = (declared.series / monitoring.scrapeIntervalSeconds) * monitoring.retentionSeconds
  expect(declared.diskBytes).toBeCloseTo(384e6 + 2 * samples)
})

test("a role that the box does not have counts like its database hosts, the bastion not at all", () => {
  expect(seriesOfHost("redis")).toBe(measurement.perHost.database)
  expect(seriesOfHost("bastion")).toBe(0)
})

test("the README shows this fleet beside one of sixty hosts, and when series were counted", () => {
  const text = readme(fleet, contributionsOf(fleet))
  expect(text).toMatch(/^\| Prometheus \| This fleet: 11 hosts \|.* A large fleet: 60 hosts \|/m)
  expect(text).toContain(`As of ${measurement.asOf}: `)
  const unwatched = { ...fleet, monitoring: null }
  expect(readme(unwatched, contributionsOf(unwatched))).not.toContain("## Monitoring")
})
