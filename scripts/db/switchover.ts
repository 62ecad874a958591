import { Failure } from "../io/failure.ts"
import type { DatabaseAccess, Unheld } from "./access.ts"
import { leaderOf, planSwitchover } from "./cluster.ts"

/** Transactions older than this would hold PAUSE up. */
const longSeconds = 5

export interface Switchover {
  from: string
  to: string
  /** Longest time that an app host's queries waited. */
  stallSeconds: number
}

/**
 * Makes another member the primary without an error for the app: its queries
 * wait in every PgBouncer meanwhile, and go on whatever happens. Throws a
 * Failure when the cluster is not fit for it, before anything was touched, or
 * when a step failed, after the app was let go on.
 */
export async function switchover(
  database: DatabaseAccess,
  wanted: string | undefined,
  report: (line: string) => void,
): Promise<Switchover> {
  const change = planSwitchover(await database.cluster(), database.members, wanted)
  const { leader, candidate } = change
  // What the cluster knows of a member that has just died is up to its lease old.
  const silence = await database.silence(candidate.name)
  if (silence !== undefined) {
    throw new Failure(
      `${candidate.name} does not answer (${silence}). Wait until it does, or name another replica.`,
    )
  }
  await refuseSilentPoolers(database)
  const long = await database.longTransactions(leader.name, longSeconds)
  if (long > 0) {
    throw new Failure(
      `${long} transaction${long === 1 ? " is" : "s are"} older than ${longSeconds} s on ${leader.name}; the app would wait for them. Try again later.`,
    )
  }
  await database.checkpoint(leader.name)
  report(`${leader.name} is ready to hand over to ${candidate.name}`)
  const prepared = database.prepareSwitchover(change)
  let waiting = database.poolers
  try {
    const unheld = await holdAll(database, candidate.name)
    // A host that refuses lets go by itself, unless another switchover's hold is why: not ours to end.
    const refused = unheld.filter(({ mayWait }) => !mayWait).map(({ host }) => host)
    waiting = waiting.filter((host) => !refused.includes(host))
    refuse(unheld)
    report(`${database.poolers.length} poolers hold their queries`)
    await prepared.begin()
  } catch (error) {
    prepared.cancel()
    await Promise.all(waiting.map((host) => database.release(host)))
    throw error
  }
  const stallSeconds = await longestHold(database, candidate.name)
  const now = leaderOf(await database.cluster())?.name
  if (now !== candidate.name) {
    throw new Failure(`${now ?? "nobody"} is the primary, not ${candidate.name}.`)
  }
  return { from: leader.name, to: candidate.name, stallSeconds }
}

/** While one host's answer is waited for, the queries of all others wait. */
async function refuseSilentPoolers(database: DatabaseAccess): Promise<void> {
  const asked = database.poolers.map(async (host) => ({ host, pools: await database.pools(host) }))
  const silent = (await Promise.all(asked)).filter(({ pools }) => pools === undefined)
  if (silent.length === 0) return
  const names = silent.map(({ host }) => host).join(", ")
  throw new Failure(
    `PgBouncer does not answer on ${names}: queries there would not wait, but fail. Mend the host, or take it out of the spec.`,
  )
}

type UnheldHost = Unheld & { host: string }

async function holdAll(database: DatabaseAccess, member: string): Promise<UnheldHost[]> {
  const answers = database.poolers.map(async (host) => {
    const unheld = await database.hold(host, member)
    return unheld === undefined ? [] : [{ host, ...unheld }]
  })
  return (await Promise.all(answers)).flat()
}

function refuse(unheld: UnheldHost[]): void {
  if (unheld.length === 0) return
  const lines = unheld.map(({ host, why }) => `${host}: ${why}`)
  throw new Failure(`nothing was switched: queries could not be held.\n  ${lines.join("\n  ")}`)
}

async function longestHold(database: DatabaseAccess, member: string): Promise<number> {
  const holds = await Promise.all(
    database.poolers.map(async (host) => ({ host, seconds: await database.held(host) })),
  )
  const lost = holds.filter(({ seconds }) => seconds === undefined).map(({ host }) => host)
  if (lost.length > 0) {
    throw new Failure(
      `queries of ${lost.join(", ")} go on, but ${member} did not become the primary there in time.`,
    )
  }
  return Math.max(...holds.map(({ seconds }) => seconds ?? 0))
}
