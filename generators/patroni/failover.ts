import type { Database } from "../core/fleet.ts"

/** How long Patroni lets a crashed primary recover before another takes over. */
export const primaryStartTimeoutSeconds = 30

/** etcd looks for expired leases this often (`lease/lessor.go`). */
const leaseScanSeconds = 0.5
/** A candidate asks the other members for this long (`patroni/ha.py`). */
const raceSeconds = 2
/** `pg_promote` and the first look at it. */
const promotionSeconds = 2
/** HAProxy's checks: up to 500 ms until the next one and 250 ms for one more, rounded up. */
const routeSeconds = 1

/** Longest write outage after the loss of the primary's host, in seconds, with its sum in words. */
export function hostLossSeconds({ failover }: Database): { seconds: number; sum: string } {
  const { ttlSeconds, loopWaitSeconds } = failover
  const fixed = leaseScanSeconds + raceSeconds + promotionSeconds + routeSeconds
  return {
    seconds: ttlSeconds + loopWaitSeconds + fixed,
    sum:
      `${ttlSeconds} s ttl + ${leaseScanSeconds} s until etcd notices + ${loopWaitSeconds} s ` +
      `loopWait + ${raceSeconds} s race + ${promotionSeconds} s promotion + ${routeSeconds} s in HAProxy`,
  }
}

/** Longest write outage after a crash of PostgreSQL that does not recover, in seconds. */
export function crashSeconds({ failover }: Database): { seconds: number; sum: string } {
  const { loopWaitSeconds } = failover
  return {
    seconds: 2 * loopWaitSeconds + primaryStartTimeoutSeconds + promotionSeconds + routeSeconds,
    sum:
      `2 x ${loopWaitSeconds} s loopWait + ${primaryStartTimeoutSeconds} s to recover + ` +
      `${promotionSeconds} s promotion + ${routeSeconds} s in HAProxy`,
  }
}

/** The longer of both. */
export function worstFailoverSeconds(database: Database): number {
  return Math.max(hostLossSeconds(database).seconds, crashSeconds(database).seconds)
}
