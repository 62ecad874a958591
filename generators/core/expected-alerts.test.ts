import { expect, test } from "vitest"
import { fleetFixture, watchedFixture } from "./fleet-fixture.ts"
import { contributionsOf } from "./render.ts"
import { stackFiles } from "./stack.ts"

const fleet = watchedFixture()
const { services, monitored } = contributionsOf(fleet)
const alerts = monitored.flatMap(({ component, monitored }) =>
  monitored.alerts.map((alert) => ({ ...alert, component })),
)
const expected = services.flatMap(({ name, rollout }) =>
  (rollout.alerts ?? []).map((alert) => ({ service: name, ...alert })),
)

test("what a rollout is expected to raise exists, pages nobody and is no promise to visitors", () => {
  expect(expected.length).toBeGreaterThan(10)
  const wrong = expected.filter(({ name }) => {
    const alert = alerts.find((candidate) => candidate.name === name)
    return alert === undefined || alert.severity === "critical" || alert.component === "slo"
  })
  expect(wrong).toEqual([])
})

test("a host that is named is one of the fleet, and its alert says which host it is of", () => {
  const hosts = fleet.hosts.map(({ name }) => name)
  for (const { name, node } of expected) {
    if (node === undefined) continue
    expect(hosts).toContain(node)
    expect(alerts.find((alert) => alert.name === name)?.summary).toContain("$labels.node")
  }
})

test("who is down while its service is changed is expected to be", () => {
  const of = (service: string) => expected.filter((one) => one.service === service)
  expect(of("haproxy-1")).toEqual([
    { service: "haproxy-1", name: "LoadBalancerDown", node: "load-balancer-1" },
  ])
  expect(of("patroni-2").map(({ name, node }) => `${name} ${node ?? "anywhere"}`)).toEqual([
    "PatroniDown database-2",
    "PostgresUnobserved database-2",
    "DatabaseFailover anywhere",
  ])
  expect(of("pgbouncer").map(({ name }) => name)).toEqual(["PgbouncerDown"])
  expect(of("certificate-prober").map(({ name }) => name)).toEqual(["ProberDown"])
  // A host that is lost pages, a node exporter does not.
  expect(of("node-exporter").map(({ name }) => name)).toEqual(["NodeUnobserved"])
})

test("a fleet without monitoring has none to silence", () => {
  const text = (of: typeof fleet) =>
    stackFiles(of, contributionsOf(of))
      .map(({ text }) => text)
      .join("\n")
  expect(text(fleet)).toContain("AppTaskDown")
  expect(text(fleetFixture())).not.toMatch(/AppTaskDown|PgbouncerDown/)
})
