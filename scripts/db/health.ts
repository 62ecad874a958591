import { Failure } from "../io/failure.ts"
import type { DatabaseAccess } from "./access.ts"
import { clusterFaults, leaderOf, pendingRestarts } from "./cluster.ts"
import { diskFault } from "./data-disk.ts"
import { type Pool, poolFaults } from "./pools.ts"

/** How the database is, from the members' and from the app's side. */
export interface DatabaseHealth {
  primary: string | null
  /** Bytes that the replica furthest behind is; null when nobody knows. */
  mostLagBytes: number | null
  /** What is wrong, one line each; empty when nothing is. */
  faults: string[]
}

/** Asks the members and every pooler. Reads only; what does not answer is a fault. */
export async function databaseHealth(database: DatabaseAccess): Promise<DatabaseHealth> {
  const [members, hosts, pools] = await Promise.all([
    membersHealth(database),
    Promise.all(database.members.map((member) => memberFaults(database, member))),
    poolsHealth(database),
  ])
  const logins = members.primary === null ? [] : await loginFaults(database, members.primary)
  return { ...members, faults: [...members.faults, ...hosts.flat(), ...logins, ...pools] }
}

async function membersHealth(database: DatabaseAccess): Promise<DatabaseHealth> {
  try {
    const cluster = await database.cluster()
    const lags = cluster.members.filter(({ role }) => role !== "leader").map((m) => m.lagBytes)
    const known = lags.filter((lag) => lag !== null)
    return {
      primary: leaderOf(cluster)?.name ?? null,
      mostLagBytes: known.length < lags.length ? null : Math.max(0, ...known),
      faults: [...clusterFaults(cluster, database.members), ...pendingRestarts(cluster)],
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { primary: null, mostLagBytes: null, faults: [error.message] }
  }
}

async function poolsHealth(database: DatabaseAccess): Promise<string[]> {
  const faults = await Promise.all(
    database.poolers.map(async (host) => {
      const pools: Pool[] | undefined = await database.pools(host)
      return pools === undefined
        ? [`PgBouncer on ${host} does not answer`]
        : poolFaults(pools).map((fault) => `${fault} on ${host}`)
    }),
  )
  return faults.flat()
}

async function memberFaults(database: DatabaseAccess, member: string): Promise<string[]> {
  const [silence, disk] = await Promise.all([database.silence(member), database.dataDisk(member)])
  const full =
    disk === undefined ? `the data disk of ${member} cannot be looked at` : diskFault(member, disk)
  return [
    ...(silence === undefined ? [] : [`Patroni on ${member} does not answer: ${silence}`]),
    ...(full === undefined ? [] : [full]),
  ]
}

/** A password is set when it is delivered; after that only somebody's hand changes it. */
async function loginFaults(database: DatabaseAccess, primary: string): Promise<string[]> {
  const refused = await database.refusedLogins(primary)
  if (refused === undefined) return [`the logins on ${primary} cannot be looked at`]
  return refused.map((login) => `the database refuses the password of the login ${login}`)
}

/** One line for a terminal, and one for each fault. */
export function databaseLines({ primary, mostLagBytes, faults }: DatabaseHealth): string[] {
  const behind = mostLagBytes === null ? "an unknown number of" : mostLagBytes
  return [
    `database: primary ${primary ?? "NONE"}, replicas at most ${behind} bytes behind`,
    ...faults.map((fault) => `database FAULT: ${fault}`),
  ]
}
