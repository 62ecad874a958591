import { expect, test } from "vitest"
import { databaseFixture, watchedFixture } from "../core/fleet-fixture.ts"
import { contributionsOf } from "../core/render.ts"
import { reservedConnections } from "../pgbouncer/pool.ts"

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
  const [scrape] = all.monitored.flatMap(({ monitored }) =>
    monitored.scrapes.filter(({ job }) => job === "postgres"),
  )
  expect(scrape?.targets).toHaveLength(3)
  expect(scrape?.targets).toContainEqual({
    address: "10.10.1.3:9187",
    labels: { node: "database-1", role: "database" },
    probes: "10.10.3.1:5432/postgres",
  })
})

test("pools that are full leave more connections than the alert asks for", () => {
  const alert = all.monitored
    .flatMap(({ monitored }) => monitored.alerts)
    .find(({ name }) => name === "PostgresConnectionsHigh")
  const [, limit] = alert?.expression.match(/> (\d+)$/) ?? []
  expect(Number(limit)).toBeGreaterThan(databaseFixture().maxConnections - reservedConnections)
})
