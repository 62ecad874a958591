import type { Database } from "../core/fleet.ts"
import { electionMilliseconds } from "../etcd/config.ts"

/**
 * How long Patroni lets a crashed primary recover before another takes over: with everything around it no
 * longer than the loss of its host.
 */
export const primaryStartTimeoutSeconds = 15

/** etcd looks for expired leases this often (`lease/lessor.go`). */
const leaseScanSeconds = 0.5
/** A candidate asks the other members, the dead one too, for this long (`fetch_node_status` in `patroni/ha.py`). */
const raceSeconds = 2
/** `pg_promote` and the first look at it. */
const promotionSeconds = 2
/** HAProxy's checks: up to 500 ms until the next one and 250 ms for one more, rounded up. */
const routeSeconds = 1
/** The guard confirms the new primary twice, each time over a new connection. */
const guardSeconds = 0.5

/** One part of a worst case. */
interface Term {
  seconds: number
  what: string
}

/** A worst case in seconds, with its sum in words. */
export interface WorstCase {
  seconds: number
  sum: string
}

function worstCase(terms: Term[]): WorstCase {
  return {
    seconds: terms.reduce((total, { seconds }) => total + seconds, 0),
    sum: terms.map(({ seconds, what }) => `${seconds} s ${what}`).join(" + "),
  }
}

/**
 * Longest write outage after the loss of the primary's host: it renewed its lease just before. There is
 * no loop_wait in it: etcd's watch wakes the replicas as soon as the leader's key is gone
 * (`KVCache._process_event` in `patroni/dcs/etcd3.py` sets the event that `Ha.watch` waits for).
 */
export function hostLossSeconds({ failover }: Pick<Database, "failover">): WorstCase {
  return worstCase([
    { seconds: failover.ttlSeconds, what: "ttl" },
    { seconds: leaseScanSeconds, what: "until etcd notices" },
    { seconds: raceSeconds, what: "race" },
    { seconds: promotionSeconds, what: "promotion" },
    { seconds: routeSeconds, what: "in HAProxy" },
    { seconds: guardSeconds, what: "in the guard" },
  ])
}

/**
 * The same when the manager that leads etcd is lost at the same moment: a follower waits between one
 * and two election timeouts (`raft.go`), and the new leader gives every lease its whole ttl and one
 * election timeout more (`lessor.Promote`). Patroni's watches move to another member meanwhile, with
 * the first request that goes unanswered: within loop_wait + retry_timeout, long before the lease ends.
 */
export function etcdLeaderLossSeconds(database: Pick<Database, "failover">): WorstCase {
  const election = electionMilliseconds / 1000
  const { seconds, sum } = hostLossSeconds(database)
  const more = worstCase([
    { seconds: 2 * election, what: "to elect etcd's leader" },
    { seconds: election, what: "that it adds to every lease" },
  ])
  return { seconds: more.seconds + seconds, sum: `${more.sum} + ${sum}` }
}

/** Longest write outage after a crash of PostgreSQL that does not recover. */
export function crashSeconds({ failover }: Pick<Database, "failover">): WorstCase {
  return worstCase([
    { seconds: 2 * failover.loopWaitSeconds, what: "for two rounds of loopWait" },
    { seconds: primaryStartTimeoutSeconds, what: "to recover" },
    { seconds: promotionSeconds, what: "promotion" },
    { seconds: routeSeconds, what: "in HAProxy" },
    { seconds: guardSeconds, what: "in the guard" },
  ])
}

/** The longest of all, in seconds. */
export function worstFailoverSeconds(database: Pick<Database, "failover">): number {
  const worst = [hostLossSeconds(database), etcdLeaderLossSeconds(database), crashSeconds(database)]
  return Math.max(...worst.map(({ seconds }) => seconds))
}
