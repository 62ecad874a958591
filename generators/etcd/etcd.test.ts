import { expect, test } from "vitest"
import { parse } from "yaml"
import { leastRetryTimeoutSeconds } from "../../schema/rules/database.ts"
import { databaseFixture, fleetFixture } from "../core/fleet-fixture.ts"
import { hostsOf } from "../core/roles.ts"
import { etcdConfig } from "./config.ts"
import { etcd } from "./index.ts"

const fleet = fleetFixture()
fleet.database = databaseFixture()
const { services } = etcd.contribute(fleet)
const config = parse(etcdConfig(fleet, hostsOf(fleet, "manager")[0] ?? fail()))

test("without a database there is no etcd", () => {
  expect(etcd.contribute(fleetFixture()).services).toEqual([])
})

test("each member stays on its manager; one restarts at a time", () => {
  expect(services.map((service) => service.definition.deploy.placement?.constraints[1])).toEqual([
    "node.labels.host == manager-1",
    "node.labels.host == manager-2",
    "node.labels.host == manager-3",
  ])
  expect(new Set(services.map(({ rollout }) => `${rollout.wave} ${rollout.leader}`)).size).toBe(1)
  expect(services[0]?.rollout.leader).toBe("none")
  for (const { definition } of services) {
    expect(definition.deploy.update_config).toMatchObject({ order: "stop-first", parallelism: 1 })
  }
})

test("a member's memory is reserved on its manager", () => {
  for (const { definition } of services) {
    const { limits, reservations } = definition.deploy.resources ?? {}
    expect(reservations?.memory).toBe("400000000")
    expect(reservations).toEqual(limits)
  }
})

test("neither a client nor a peer is heard without a certificate", () => {
  for (const section of ["client-transport-security", "peer-transport-security"]) {
    expect(config[section]).toMatchObject({ "client-cert-auth": true })
  }
  const urls = Object.entries(config).filter(([key]) => key.endsWith("-urls"))
  const plain = urls.filter(([, url]) => !String(url).startsWith("https://"))
  expect(plain).toEqual([["listen-metrics-urls", "http://127.0.0.1:2381"]])
})

test("a new leader is there before Patroni gives up asking, even with its least retry timeout", () => {
  expect(2 * config["election-timeout"]).toBeLessThan(leastRetryTimeoutSeconds * 1000)
  expect(config["election-timeout"]).toBeGreaterThanOrEqual(10 * config["heartbeat-interval"])
})

function fail(): never {
  throw new Error("the fixture has no manager")
}
