import { nowMs, waitFor } from "../io/clock.ts"
import { Failure } from "../io/failure.ts"
import type { DatabaseAccess } from "./access.ts"
import { leaderOf, planSwitchover } from "./cluster.ts"

/** Transactions older than this would hold PAUSE up. */
const longSeconds = 5
/** Within this every open transaction has ended, or the app waits for too long. */
const pauseSeconds = 3
const resumeSeconds = 5
const verifySeconds = 30

export interface Switchover {
  from: string
  to: string
  /** Time during which the app's queries waited. */
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
  const long = await database.longTransactions(leader.name, longSeconds)
  if (long > 0) {
    throw new Failure(
      `${long} transaction${long === 1 ? " is" : "s are"} older than ${longSeconds} s on ${leader.name}; the app would wait for them. Try again later.`,
    )
  }
  await database.checkpoint(leader.name)
  report(`${leader.name} is ready to hand over to ${candidate.name}`)
  const startMs = nowMs()
  try {
    await pauseAll(database)
    report(`${database.poolers.length} poolers hold their queries`)
    await database.switchover(change)
    await waitFor(
      `${candidate.name} to be the primary of every route`,
      { deadlineSeconds: verifySeconds, intervalMs: 200 },
      () => isPrimaryEverywhere(database, candidate.name),
    )
  } finally {
    await resumeAll(database)
  }
  const stallSeconds = (nowMs() - startMs) / 1000
  return { from: leader.name, to: candidate.name, stallSeconds }
}

async function pauseAll(database: DatabaseAccess): Promise<void> {
  const paused = await Promise.all(
    database.poolers.map(async (host) => ({
      host,
      ok: await database.pooler(host, "PAUSE", pauseSeconds),
    })),
  )
  const busy = paused.filter(({ ok }) => !ok).map(({ host }) => host)
  if (busy.length === 0) return
  throw new Failure(
    `transactions on ${busy.join(", ")} did not end within ${pauseSeconds} s; nothing was switched.`,
  )
}

/** A pooler that is not paused answers with an error, which is as good. */
async function resumeAll(database: DatabaseAccess): Promise<void> {
  await Promise.all(database.poolers.map((host) => database.pooler(host, "RESUME", resumeSeconds)))
}

async function isPrimaryEverywhere(
  database: DatabaseAccess,
  name: string,
): Promise<true | undefined> {
  const routes = await Promise.all(database.poolers.map((host) => database.routes(host)))
  const taken = routes.every(
    ({ primary, replicas }) => primary.join() === name && !replicas.includes(name),
  )
  if (!taken) return undefined
  return leaderOf(await database.cluster())?.name === name ? true : undefined
}
