import { expect, test } from "vitest"
import { parse } from "yaml"
import { databaseFixture, fleetFixture } from "../core/fleet-fixture.ts"
import { clientAccess } from "./access.ts"
import { dynamicConfig } from "./dynamic-config.ts"
import {
  crashSeconds,
  etcdLeaderLossSeconds,
  hostLossSeconds,
  worstFailoverSeconds,
} from "./failover.ts"
import { patroni } from "./index.ts"
import { maintenanceWorkMemBytes, maxWalBytes, tuning, workMemBytes } from "./tuning.ts"

const fleet = fleetFixture()
const database = databaseFixture()
fleet.database = database
const { services } = patroni.contribute(fleet)
const members = services.filter((service) => service.name !== "patroni-config")

test("never two members at once, the primary last, and each only on its own host", () => {
  expect(members.map(({ rollout }) => [rollout.wave, rollout.leader])).toEqual([
    [110, "primary"],
    [110, "primary"],
    [110, "primary"],
  ])
  expect(members.map((service) => service.definition.deploy.placement?.constraints)).toEqual(
    [1, 2, 3].map((index) => [
      "node.labels.role == database",
      `node.labels.host == database-${index}`,
    ]),
  )
})

test("no file and no secret can restart PostgreSQL", () => {
  for (const { definition, configs } of members) {
    expect([definition.configs, definition.secrets, configs]).toEqual([undefined, undefined, []])
  }
})

test("PostgreSQL has time to stop, and only Patroni's loop decides its health", () => {
  for (const { definition } of members) {
    expect(definition.stop_grace_period).toBe("120s")
    expect(definition.healthcheck?.test?.at(-1)).toMatch(/:8008\/liveness$/)
    expect(definition.deploy.restart_policy.delay).toBe("5s")
  }
})

test("no rendered file holds a password", () => {
  const text = JSON.stringify(services)
  expect(text).not.toMatch(/"password":/)
  const [delivery] = services
  expect(delivery?.definition.secrets?.map((mount) => mount.source)).toContain(
    "postgres_superuser_password",
  )
})

test("a line of PostgreSQL's log says when, which process and whose, and ends in a space", () => {
  const { postgresql } = dynamicConfig(fleet, database)
  expect(postgresql).toMatchObject({
    parameters: { log_line_prefix: expect.stringMatching(/^%m .*%p.* %q%u@%d .*%a $/) },
  })
})

test("a new password is a new login, but for the superuser", () => {
  const { credentials } = patroni.contribute(fleet)
  const roles = credentials.map((one) => [one.name, one.kind === "password" ? one.role : undefined])
  expect(Object.fromEntries(roles)).toMatchObject({
    postgres_app_password: "app_rw",
    postgres_replication_password: "replicator",
    postgres_superuser_password: undefined,
    patroni_rest_password: undefined,
  })
})

test("logins come over TLS with SCRAM, from the hosts the fleet may have, to their database", () => {
  const small = fleetFixture({ app: 2 })
  small.network.privateSubnet = "10.80.0.0/24"
  const lines = clientAccess(small)
  expect(lines.filter((line) => !line.startsWith("hostssl"))).toEqual(["local all postgres peer"])
  expect(lines.filter((line) => line.includes("app_rw"))).toEqual(
    [101, 102, 103, 104].map(
      (last) => `hostssl shop +app_rw,+app_ro,+pgbouncer_auth 10.80.0.${last}/32 scram-sha-256`,
    ),
  )
  expect(lines.join("\n")).not.toContain("0.0.0.0")
})

test("quorum replication is a switch", () => {
  expect(dynamicConfig(fleet, database)).toMatchObject({ synchronous_mode: false })
  expect(dynamicConfig(fleet, { ...database, replication: "quorum" })).toMatchObject({
    synchronous_mode: "quorum",
    synchronous_node_count: 1,
  })
})

test("what makes the cluster is what later changes are reconciled to", () => {
  const [delivery] = services
  const dynamic = JSON.parse(delivery?.configs[0]?.text ?? "{}")
  const { comment: _, ...settings } = dynamic
  expect(parse(delivery?.configs[1]?.text ?? "").bootstrap.dcs).toEqual(settings)
})

test("memory is shared out by the container's limit, within bounds", () => {
  const host = fleet.hosts.find((candidate) => candidate.role === "database") ?? fail()
  const values = Object.fromEntries(
    tuning({ ...database, memoryBytes: 2 ** 35 }, host).map(({ parameter, value }) => [
      parameter,
      value,
    ]),
  )
  expect(values).toMatchObject({ shared_buffers: "8192MB", effective_cache_size: "24576MB" })
  expect(workMemBytes(1e9, 200)).toBe(4 * 2 ** 20)
  expect(workMemBytes(2 ** 40, 200)).toBe(64 * 2 ** 20)
  expect(workMemBytes(2 ** 35, 400)).toBeCloseTo((0.75 * 2 ** 35) / 1200)
  expect(maintenanceWorkMemBytes(2 ** 40)).toBe(2 ** 31)
  expect([maxWalBytes(50e9), maxWalBytes(1e12)]).toEqual([5e9, 16 * 2 ** 30])
})

test("the worst failover is the sum of its parts", () => {
  expect(hostLossSeconds(database).seconds).toBe(26)
  expect(hostLossSeconds(database).sum).toBe(
    "20 s ttl + 0.5 s until etcd notices + 2 s race + 2 s promotion + 1 s in HAProxy + 0.5 s in the guard",
  )
  expect(etcdLeaderLossSeconds(database).seconds).toBe(29)
  expect(crashSeconds(database).seconds).toBe(28.5)
  expect(worstFailoverSeconds(database)).toBe(29)
  const slow = { ...database.failover, ttlSeconds: 60 }
  expect(worstFailoverSeconds({ ...database, failover: slow })).toBe(69)
})

function fail(): never {
  throw new Error("the fixture has no database host")
}
