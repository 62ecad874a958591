import type { Fleet } from "../core/fleet.ts"

export type RateLimit = NonNullable<Fleet["edge"]["rateLimit"]>

/**
 * Addresses that are remembered at once; past them the one not seen longest is
 * forgotten. Twice the seed's 50,000 users, about 10 MB.
 */
const trackedAddresses = 100_000

/**
 * HAProxy keeps the bucket's state in 32 bits of microseconds, so time wraps at
 * this many: below 2^31, that what a full bucket adds does not overflow.
 */
export const clockMicroseconds = 2_000_000_000

/** Microseconds in which a bucket loses one request; at least one. */
export function intervalMicroseconds({ requests, periodSeconds }: RateLimit): number {
  return Math.max(1, Math.round((periodSeconds * 1e6) / requests))
}

/** Seconds in which a full bucket empties. */
export function emptyingSeconds(limit: RateLimit): number {
  return (intervalMicroseconds(limit) * limit.burst) / 1e6
}

/**
 * The numbers of the generic cell rate algorithm (ITU-T I.371), which is a leaky
 * bucket that stores one time: when the bucket will be empty. HAProxy's own
 * `http_req_rate` is none: it counts refused requests too, and so locks a
 * client out for as long as it tries.
 */
export function rateLimitView(limit: RateLimit) {
  const interval = intervalMicroseconds(limit)
  return {
    clockMicroseconds,
    intervalMicroseconds: interval,
    toleranceMicroseconds: interval * (limit.burst - 1),
    fullMicroseconds: interval * limit.burst,
    trackedAddresses,
    // An entry that nobody asked for outlives its bucket, and not the clock's turn.
    expireSeconds: Math.ceil(emptyingSeconds(limit)) + 1,
  }
}

/** Seconds after which the next request fits, for `Retry-After`: whole, at least one. */
export function retryAfterSeconds(limit: RateLimit): number {
  return Math.ceil(intervalMicroseconds(limit) / 1e6)
}
