import { spawnSync } from "node:child_process"
import { join } from "node:path"
import fc from "fast-check"
import { expect, test } from "vitest"
import { appService } from "../app/service.ts"
import { databaseFixture, fleetFixture } from "../core/fleet-fixture.ts"
import { appConnection } from "./app-connection.ts"
import { pgbouncerConfig, routeConfig } from "./config.ts"
import { poolOf, reservedConnections } from "./pool.ts"
import { pgbouncerConfigService, pgbouncerService } from "./service.ts"

const fleet = fleetFixture()
fleet.database = databaseFixture()
const ini = pgbouncerConfig(fleet, fleet.database)
const route = routeConfig(fleet, fleet.database).split("\n")

test("the pools of all app hosts fit into one member, whatever its connections", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 32, max: 5000 }),
      fc.integer({ min: 1, max: 60 }),
      (max, hosts) => {
        const some = fleetFixture({ app: hosts })
        some.app.maxAppHosts = hosts
        const pool = poolOf(some, { ...databaseFixture(), maxConnections: max })
        expect(pool.writeConnections).toBeGreaterThanOrEqual(1)
        expect(pool.readConnections).toBeGreaterThanOrEqual(1)
        const usable = max - reservedConnections
        if (usable >= 3 * hosts) expect(pool.totalConnections).toBeLessThanOrEqual(usable)
        else expect(pool.totalConnections).toBe(3 * hosts)
      },
    ),
  )
})

test("three hosts share 170 connections as 33 for writes, 22 for reads and one for logins", () => {
  const three = fleetFixture({ app: 3 })
  three.app.maxAppHosts = 3
  expect(poolOf(three, databaseFixture())).toMatchObject({
    writeConnections: 33,
    readConnections: 22,
    loginConnections: 1,
  })
})

test("PgBouncer listens on a socket only, and verifies the server behind HAProxy", () => {
  expect(ini).not.toContain("listen_addr")
  expect(ini).toContain("unix_socket_dir = /run/database")
  expect(ini).toContain("server_tls_sslmode = verify-ca")
  expect(ini).not.toMatch(/password\s*=/)
})

test("a login waits for no reader: it is looked up on the read route, beside the read pool", () => {
  const entries = [...ini.matchAll(/^(\w+) = host=\S+ port=(\d+) .* max_db_connections=(\d+)$/gm)]
  const own = entries.find(([, name]) => name === /^auth_dbname = (\w+)$/m.exec(ini)?.[1])
  expect(own?.slice(1)).toEqual(["auth", "5001", "1"])
  expect(appConnection(fleet).environment.DATABASE_READ).toMatch(/@\/app_ro\?/)
})

test("a planned switchover holds all that PgBouncer has, logins too", () => {
  const guard = join(import.meta.dirname, "../../images/pgbouncer/pgbouncer-guard")
  const held = spawnSync("perl", [guard, "held"], { input: ini, encoding: "utf8" })
  expect(held.stdout).toBe("app_rw app_ro auth\n")
})

test("the app finds its own host's pooler, read-only, and not the pooler's password", () => {
  const { volumes, environment, secrets } = appService(fleet)
  expect(volumes).toEqual([
    { type: "volume", source: "database-run", target: "/run/database", read_only: true },
  ])
  const delivered = pgbouncerConfigService(fleet)
  expect(delivered.secrets?.map((mount) => mount.source)).toContain("pgbouncer_auth_password")
  expect(secrets?.map((mount) => mount.source)).not.toContain("pgbouncer_auth_password")
  expect(environment).toMatchObject({
    DATABASE_WRITE: "postgres://app_rw@/app_rw?host=/run/database&port=6432",
    DATABASE_WRITE_PASSWORD_FILE: "/run/secrets/postgres_app_password",
    DATABASE_READ: "postgres://app_ro@/app_ro?host=/run/database&port=6432",
    DATABASE_READ_PASSWORD_FILE: "/run/secrets/postgres_readonly_password",
  })
})

test("a restart of PgBouncer does not wait for clients that stay", () => {
  expect(pgbouncerService(fleet).stop_signal).toBe("SIGINT")
})

test("a member is in and out after two checks, and an old primary's connections are cut", () => {
  expect(route.filter((line) => line.includes("rise 2"))).toHaveLength(6)
  const rules = route.find((line) => line.includes("default-server"))
  expect(rules).toContain("fall 2 on-marked-down shutdown-sessions")
  expect(rules).toContain("verify required")
})

test("reads go to the primary when no replica keeps up", () => {
  expect(route.map((line) => line.trim())).toContain(
    "use_backend primary if { nbsrv(replicas) lt 1 }",
  )
  expect(route.join("\n")).toContain("OPTIONS /replica?lag=16000000")
})

test("both routes listen on the host's loopback only", () => {
  const binds = route.filter((line) => line.includes("bind ")).map((line) => line.trim())
  expect(binds.filter((line) => !line.includes("unix@"))).toEqual([
    "bind 127.0.0.1:5000",
    "bind 127.0.0.1:5001",
  ])
})
