import { maxTasks } from "../app/task-count.ts"
import type { Fleet } from "../core/fleet.ts"

/** Connections kept for health checks and metrics when the shop's own limit is reached. */
const reservedConnections = 100

/** How long a server stays after Docker's DNS stopped naming it. */
export const holdObsoleteSeconds = 10

/** Connections of the whole process. */
export function maxConnectionsTotal(fleet: Fleet): number {
  return fleet.edge.maxConnections + reservedConnections
}

/**
 * File descriptors the process may open: two for each connection (client and
 * server side) and 1,000 of its own, rounded up to a power of two. No more than
 * needed: a machine that caps the limit refuses to start a container that asks for more.
 */
export function openFiles(fleet: Fleet): number {
  return 2 ** Math.ceil(Math.log2(2 * maxConnectionsTotal(fleet) + 1000))
}

/**
 * Server slots of the app backend: every task of the largest flash sale, and
 * room for what a rolling update adds: tasks started before the old ones stop,
 * and old ones that linger in DNS (`holdObsoleteSeconds`) over two more batches.
 */
export function serverSlots(fleet: Fleet): number {
  return maxTasks(fleet) + 3 * fleet.app.update.parallelism
}

/**
 * Longest time an old process finishes requests after a reload or stop: the
 * slowest request that may still be answered, and at least 30 s.
 */
export function hardStopSeconds(fleet: Fleet): number {
  const { connectSeconds, serverSeconds, queueSeconds } = fleet.edge.timeouts
  return Math.max(30, Math.ceil(connectSeconds + queueSeconds + serverSeconds) + 5)
}

/**
 * Over how long an old process spreads the closing of kept connections, so that
 * their clients do not all shake hands at once. Within the last keep-alive time
 * before its end HAProxy also closes idle connections, without a word
 * (h1_refresh_timeout in its mux_h1.c), and a request that crosses the close is
 * lost. The longest spread leaves each client the most answers that say
 * `Connection: close` before that.
 */
export function closeSpreadSeconds(fleet: Fleet): number {
  return hardStopSeconds(fleet)
}
