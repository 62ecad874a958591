import type { Database, Fleet } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"
import { loadTemplate } from "../core/template.ts"
import { generatedHeader } from "../core/yaml.ts"
import { patroniPort, postgresPort } from "../patroni/ports.ts"
import { shopDatabase } from "../patroni/roles.ts"
import { poolOf } from "./pool.ts"
import {
  metricsPath,
  pgbouncerPort,
  readPort,
  routeSocket,
  socketDirectory,
  writePort,
} from "./ports.ts"

const poolerTemplate = loadTemplate(import.meta.url, "pgbouncer.ini.hbs")
const routeTemplate = loadTemplate(import.meta.url, "database-route.cfg.hbs")

/** Clients one PgBouncer holds at once, most of them idle. */
export const maxClients = 3000

/** pgbouncer.ini of every app host; the same file for all. */
export function pgbouncerConfig(fleet: Fleet, database: Database): string {
  const pool = poolOf(fleet, database)
  return poolerTemplate({
    comment: generatedHeader(fleet.source).replace(/^# /, ""),
    writePort,
    readPort,
    database: shopDatabase,
    pool: {
      write: pool.writeConnections,
      read: pool.readConnections,
      logins: pool.loginConnections,
    },
    socketDirectory,
    port: pgbouncerPort,
    maxClients,
    queryWaitSeconds: database.pool.queryWaitTimeoutSeconds,
  })
}

/** haproxy.cfg of every app host: where the primary is, and which replicas keep up. */
export function routeConfig(fleet: Fleet, database: Database): string {
  const { writeConnections, readConnections, loginConnections } = poolOf(fleet, database)
  return routeTemplate({
    header: generatedHeader(fleet.source),
    socket: routeSocket,
    metricsPath,
    // PgBouncer's pools twice over, while old connections go and new ones come, and the checks.
    maxConnections: 2 * (writeConnections + readConnections + loginConnections) + 100,
    writePort,
    readPort,
    patroniPort,
    postgresPort,
    maxLagBytes: database.maxReplicaLagBytes,
    members: hostsOf(fleet, "database").map((host) => ({
      name: host.name,
      address: host.privateAddress,
    })),
  })
}
