import { expect, test } from "vitest"
import { parse } from "yaml"
import { databaseFixture, watchedFixture } from "../core/fleet-fixture.ts"
import { contributionsOf } from "../core/render.ts"
import { reservedConnections } from "../pgbouncer/pool.ts"
import { prometheusConfig } from "../prometheus/config.ts"
import { monitoringHost } from "../prometheus/placement.ts"

const fleet = watchedFixture()
const all = contributionsOf(fleet)
const definition = all.services.find(({ name }) => name === "postgres-exporter")?.definition

test("the login is a file's, in no argument and no environment", () => {
  expect(definition?.secrets?.map(({ source }) => source)).toEqual([
    "internal_ca",
    "postgres_monitor_password",
  ])
  expect(definition?.environment).toBeUndefined()
  expect(definition?.entrypoint?.join(" ")).not.toMatch(/password|postgres:\/\//i)
})

test("each member is asked by its own address, and is what the series are about", () => {
  const host = monitoringHost(fleet)
  if (host === undefined || fleet.monitoring === null) throw new Error("the fixture lacks it")
  const config = parse(prometheusConfig(fleet, fleet.monitoring, host, all))
  const job = (name: string) =>
    config.scrape_configs.find(({ job_name }: { job_name: string }) => job_name === name)
  expect(job("postgres").static_configs[0]).toEqual({
    targets: ["10.10.1.3:9187"],
    labels: {
      node: "database-1",
      role: "database",
      __param_target: "10.10.3.1:5432/postgres",
    },
  })
  expect(job("certificates").scrape_interval).toBe("4m")
  expect(job("postgres").scrape_interval).toBeUndefined()
})

test("pools that are full leave more connections than the alert asks for", () => {
  const alert = all.monitored
    .flatMap(({ monitored }) => monitored.alerts)
    .find(({ name }) => name === "PostgresConnectionsHigh")
  const [, limit] = alert?.expression.match(/> (\d+)$/) ?? []
  expect(Number(limit)).toBeGreaterThan(databaseFixture().maxConnections - reservedConnections)
})
