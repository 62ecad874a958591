import pg from "pg"
import { type DatabaseRoute, type DatabaseSettings, loginFrom } from "./settings.ts"
import type { Dependency } from "./stores.ts"

/** Both routes through PgBouncer: `write` leads to the primary, `read` to a replica. */
export interface Database {
  write: pg.Pool
  read: pg.Pool
  close(): Promise<void>
}

/** PgBouncer holds the server connections; each task needs few of its own. */
const connectionsPerRoute = 10

/** A visitor waits no longer for an order. */
const longestWriteMs = 10_000

/** Pools that connect when they are first used; a write may take `writeMs`, or for ever (0). */
export function openDatabase(settings: DatabaseSettings, writeMs = longestWriteMs): Database {
  const open = (route: DatabaseRoute, statementMs: number) => {
    const pool = new pg.Pool({
      host: route.host,
      port: route.port,
      database: route.database,
      ...loginFrom(route),
      max: connectionsPerRoute,
      connectionTimeoutMillis: 5000,
      idleTimeoutMillis: 60_000,
      query_timeout: statementMs,
      keepAlive: true,
      application_name: "shop",
    })
    // An idle connection that breaks is dropped by the pool; without a listener it ends the shop.
    pool.on("error", () => {})
    return pool
  }
  const write = open(settings.write, writeMs)
  const read = open(settings.read, 3000)
  return { write, read, close: async () => void (await Promise.all([write.end(), read.end()])) }
}

/** The two routes, as readiness sees them. */
export function databaseDependencies({ write, read }: Database): Dependency[] {
  const dependency = (name: string, pool: pg.Pool): Dependency => ({
    name,
    probe: async () => void (await pool.query("select 1")),
    isLocal: isLocalFailure,
  })
  return [dependency("database write", write), dependency("database read", read)]
}

/** SQLSTATE classes and codes after which the same statement may succeed (PostgreSQL, appendix A). */
const transientStates = /^(08...|40001|40P01|53300|57P01|57P02|57P03|25006)$/

/** What Node and pg call a connection that was refused, cut or too slow. */
const transientMessages =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|Connection terminated|timeout|server_login_retry|server closed|no more connections|query_wait_timeout|pgbouncer/i

/** Whether an error says that the database is away, moving or contended, not that a statement is wrong. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code = "" } = error as { code?: string }
  return transientStates.test(code) || transientMessages.test(`${code} ${error.message}`)
}

/** Nothing listens on the socket beside this task: PgBouncer of this host is away. */
export function isLocalFailure(error: unknown): boolean {
  return /ENOENT|ECONNREFUSED/.test((error as { code?: string } | null)?.code ?? "")
}
