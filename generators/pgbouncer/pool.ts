import { maxAppHosts } from "../app/task-count.ts"
import type { Database, Fleet } from "../core/fleet.ts"

/**
 * Connections of `max_connections` that no pool may take: superuser (5),
 * monitoring (5), Patroni and its rewinds (10), migrations, backups and people (10).
 */
export const reservedConnections = 30

/** Share of a host's connections for the write route: it takes the reads of a failover too. */
const writeShare = 0.6

/**
 * Connections of one PgBouncer that look up who may log in (`auth_query`). A look takes a
 * millisecond and PgBouncer queues the others, so one is enough; of its own, because logins
 * must not wait for slow reads.
 */
const loginConnections = 1

/** Server connections of one PgBouncer. */
export interface Pool {
  /** App hosts there may be at most, each with a PgBouncer. */
  instances: number
  writeConnections: number
  readConnections: number
  loginConnections: number
  /** Both routes and the logins of all instances: what one member may have to bear alone. */
  totalConnections: number
}

/**
 * The pools of each app host: an equal share of what `max_connections` leaves,
 * less what logins take, counted over both routes, because reads fall back to the
 * primary. Each route has one connection at least; the rule `database/pool` tells when that is too many.
 */
export function poolOf(fleet: Fleet, database: Database): Pool {
  const instances = maxAppHosts(fleet)
  const share =
    Math.floor((database.maxConnections - reservedConnections) / instances) - loginConnections
  const writeConnections =
    database.pool.writeConnections ??
    Math.max(1, Math.min(share - 1, Math.ceil(share * writeShare)))
  const readConnections = database.pool.readConnections ?? Math.max(1, share - writeConnections)
  return {
    instances,
    writeConnections,
    readConnections,
    loginConnections,
    totalConnections: instances * (writeConnections + readConnections + loginConnections),
  }
}
