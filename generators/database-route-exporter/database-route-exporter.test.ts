import { expect, test } from "vitest"
import { watchedFixture } from "../core/fleet-fixture.ts"
import { contributionsOf } from "../core/render.ts"

const { services, monitored } = contributionsOf(watchedFixture())
const service = services.find(({ name }) => name === "database-route-exporter")
const route = services.find(({ name }) => name === "database-route")

test("the exporter reads the route's socket as nobody, and holds none of its secrets", () => {
  const { definition } = service ?? {}
  expect([definition?.image, definition?.user]).toEqual([route?.definition.image, "nobody"])
  expect(definition?.volumes).toEqual([
    { type: "volume", source: "haproxy-run", target: "/run/haproxy", read_only: true },
  ])
  expect(definition?.secrets).toBeUndefined()
})

test("it hands on metrics, and nothing else that the socket answers", () => {
  const text = service?.configs[0]?.text
  expect(text).toContain("return status 404 unless { path /metrics }")
  expect(text).toContain("unix@/run/haproxy/health.sock")
})

test("a route may be silent while its service is changed, and only then", () => {
  expect(route?.rollout.alerts?.map(({ name }) => name)).toEqual([
    "DatabaseRouteDown",
    "DatabaseRouteWithoutPrimary",
  ])
  const alerts = monitored.flatMap((one) => one.monitored.alerts)
  const noPrimary = alerts.find(({ name }) => name === "DatabaseWithoutPrimary")
  expect(noPrimary?.inhibits).toMatchObject({
    alerts: expect.arrayContaining(["DatabaseRouteWithoutPrimary"]),
  })
})
