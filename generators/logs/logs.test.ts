import { expect, test } from "vitest"
import { fleetFixture, logsFixture, monitoringFixture } from "../core/fleet-fixture.ts"
import { shipperConfig, storeConfig } from "./config.ts"
import { logs } from "./index.ts"
import { logStoreHost } from "./placement.ts"

function fixture() {
  const fleet = fleetFixture()
  fleet.logs = logsFixture()
  const host = logStoreHost(fleet)
  if (host === undefined) throw new Error("no manager")
  return { fleet, host, logs: fleet.logs }
}

test("nothing is there in a fleet that stores no logs", () => {
  const { services, flows, credentials, monitored } = logs.contribute(fleetFixture())
  expect([services, flows, credentials, monitored]).toEqual([[], [], [], undefined])
})

test("every Swarm node ships, one manager stores, and only shippers reach it", () => {
  const { fleet, host } = fixture()
  const { services, flows } = logs.contribute(fleet)
  const [store, shipper] = services.map(({ definition }) => definition)
  expect(shipper?.deploy.mode).toBe("global")
  expect(shipper?.deploy.placement).toBeUndefined()
  expect(store?.deploy.placement?.constraints).toContain(`node.labels.host == ${host.name}`)
  expect(store?.environment?.HOSTS).not.toContain("bastion")
  expect(flows.map(({ from, to, port }) => `${from} ${to} ${port}`)).toContain("app manager 6514")
  expect(flows.some(({ from }) => from === "bastion" || from === "internet")).toBe(false)
})

test("a container can neither be written to nor be held up by the shipper", () => {
  const { fleet } = fixture()
  const { services } = logs.contribute(fleet)
  const shipper = services.find(({ name }) => name === "log-shipper")?.definition
  expect(shipper?.volumes?.find(({ type }) => type === "bind")).toMatchObject({ read_only: true })
  expect(shipper?.cap_drop).toEqual(["ALL"])
  // Every service logs with Docker's own file driver: none waits for a log server.
  expect(services.every(({ definition }) => definition.logging === undefined)).toBe(true)
})

test("both ends show a certificate of the fleet's authority, and ask for the other's", () => {
  const { fleet, host, logs } = fixture()
  const shipper = shipperConfig(fleet, logs, host)
  expect(shipper).toContain('tls.permittedPeer=["log-store-tls"]')
  expect(shipper).toContain(`target="${host.privateAddress}"`)
  expect(storeConfig(fleet, host)).toContain('tls.permittedPeer=["log-shipper-tls"]')
  expect(`${shipper}${storeConfig(fleet, host)}`.match(/tls="on"/g)).toHaveLength(2)
})

test("requests that succeeded are left out where the spec says so", () => {
  const { fleet, host, logs } = fixture()
  expect(shipperConfig(fleet, logs, host)).not.toContain("haproxy")
  expect(shipperConfig(fleet, { ...logs, requests: "failed" }, host)).toContain(
    '"quickcart_haproxy-" and re_match($!log',
  )
})

test("an alert is about the host that is silent, not about the store's", () => {
  const { fleet } = fixture()
  fleet.monitoring = monitoringFixture()
  const { monitored } = logs.contribute(fleet)
  const missing = monitored?.alerts.find(({ name }) => name === "LogsMissing")
  expect(missing?.expression).toContain('"node", "$1", "host"')
  expect(Object.keys(monitored?.healthy ?? {})).toContainEqual(
    expect.stringContaining('host="app-1"'),
  )
})
