import { expect, test } from "vitest"
import { fleet } from "../plan/plan-fixture.ts"
import { seriesPerHost } from "./series-per-host.ts"

const count = (value: number, labels: Record<string, string>) => ({ labels, value })

/** A whole fleet of three managers, two load balancers, two app hosts and three databases. */
const whole = [
  count(900, { role: "manager", job: "node" }),
  count(3000, { role: "manager", job: "etcd" }),
  count(700, { role: "manager", job: "prometheus" }),
  count(300, { role: "manager", job: "alertmanager" }),
  count(601, { role: "load-balancer", job: "node" }),
  count(800, { role: "load-balancer", job: "haproxy" }),
  count(2700, { role: "database", job: "redis" }),
  count(700, { job: "app-node" }),
  count(1000, { job: "app" }),
  count(40, {}),
]

test("series belong to hosts by role, to the shop's tasks, or to the fleet", () => {
  expect(seriesPerHost(whole, fleet, 4)).toEqual({
    perHost: { app: 350, database: 900, "load-balancer": 701, manager: 1300 },
    perAppTask: 250,
    perFleet: 1040,
  })
})

test("an exporter of the app hosts that Docker's DNS finds is theirs, whatever its job", () => {
  const more = [
    ...whole,
    count(100, { job: "pgbouncer" }),
    count(60, { job: "docker", role: "app" }),
  ]
  expect(seriesPerHost(more, fleet, 4).perHost.app).toBe(430)
})

test("a fleet of which a role says nothing is not measured", () => {
  const without = whole.filter(({ labels }) => labels.role !== "database")
  expect(() => seriesPerHost(without, fleet, 4)).toThrow(
    "no series about hosts of the role database: measure when the whole fleet is up.",
  )
})
