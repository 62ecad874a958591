/** One pool of a PgBouncer: the server connections of a route for one user. */
export interface Pool {
  route: string
  user: string
  waitingClients: number
  /** How long the client that waits longest has waited. */
  longestWaitSeconds: number
  isPaused: boolean
}

/** Waiting for less than this is what pools are for. */
const patienceSeconds = 1

/**
 * Pools from the console's `SHOW POOLS` and then `SHOW DATABASES`, unaligned with a
 * header line each (PgBouncer 1.24, "Admin console").
 */
export function parsePools(text: string): Pool[] {
  const [pools = "", databases = ""] = text.split(/^(?=name\|)/m)
  const paused = new Set(
    rows(databases)
      .filter((row) => row.paused === "1")
      .map((row) => row.name),
  )
  return rows(pools)
    .filter((row) => row.database !== "pgbouncer")
    .map((row) => ({
      route: row.database ?? "",
      user: row.user ?? "",
      waitingClients: Number(row.cl_waiting),
      longestWaitSeconds: Number(row.maxwait) + Number(row.maxwait_us) / 1e6,
      isPaused: paused.has(row.database),
    }))
}

/** What of it makes clients wait. */
export function poolFaults(pools: Pool[]): string[] {
  return pools
    .filter((pool) => pool.isPaused || pool.longestWaitSeconds >= patienceSeconds)
    .map(({ route, user, waitingClients, longestWaitSeconds, isPaused }) =>
      isPaused
        ? `${route} is paused, ${waitingClients} clients wait,`
        : `${waitingClients} clients of ${user} wait for a connection of ${route}, the longest for ${longestWaitSeconds.toFixed(1)} s,`,
    )
}

function rows(text: string): Record<string, string | undefined>[] {
  const [head = "", ...lines] = text.trim().split("\n")
  const names = head.split("|")
  return lines.map((line) =>
    Object.fromEntries(line.split("|").map((cell, index) => [names[index] ?? "", cell])),
  )
}
