import fc from "fast-check"
import { expect, test } from "vitest"
import { fleetFixture } from "../core/fleet-fixture.ts"
import { haproxyConfig } from "./config.ts"
import {
  clockMicroseconds,
  emptyingSeconds,
  type RateLimit,
  rateLimitView,
  retryAfterSeconds,
} from "./rate-limit.ts"

function configOf(rateLimit: RateLimit | null): string {
  const fleet = fleetFixture()
  fleet.edge.rateLimit = rateLimit
  return haproxyConfig(fleet)
}

/**
 * The algorithm once more, with the numbers that are rendered: which requests at these microseconds
 * are accepted. It proves the numbers, not the lines of haproxy.cfg: the tool check
 * `haproxy refuses a flood, and only that` asks a real HAProxy about those.
 */
function replay(limit: RateLimit, requests: readonly number[]): boolean[] {
  const view = rateLimitView(limit)
  let stored = 0
  return requests.map((microseconds) => {
    const now = microseconds % view.clockMicroseconds
    const ahead = stored - now
    const empty = ahead < 0 || ahead > view.fullMicroseconds ? now : stored
    if (empty - now > view.toleranceMicroseconds) return false
    stored = empty + view.intervalMicroseconds
    return true
  })
}

test("without a limit nothing is counted and nobody gets a 429", () => {
  expect(configOf(null)).not.toMatch(/429|rate_limit/)
})

test("the limit comes before the redirect, so that plain HTTP is no way around it", () => {
  const config = configOf({ requests: 50, periodSeconds: 1, burst: 100 })
  expect(config.indexOf("deny_status 421")).toBeLessThan(config.indexOf("deny_status 429"))
  expect(config.indexOf("deny_status 429")).toBeLessThan(config.indexOf("redirect scheme https"))
  expect(config).toContain("gt 1980000 }")
  expect(config).toContain(
    `http-error status 429 content-type application/json string '{"error":"too many requests"}' hdr Cache-Control no-store hdr Retry-After 1\n`,
  )
})

test("whoever is refused is told when the next request fits", () => {
  expect(retryAfterSeconds({ requests: 50, periodSeconds: 1, burst: 50 })).toBe(1)
  expect(retryAfterSeconds({ requests: 6, periodSeconds: 60, burst: 6 })).toBe(10)
})

test("a flood gets its burst and then the rate, as long as it lasts", () => {
  const everyMillisecond = Array.from({ length: 10_000 }, (_, index) => 5e6 + index * 1000)
  const accepted = replay({ requests: 10, periodSeconds: 1, burst: 20 }, everyMillisecond)
  expect(accepted.slice(0, 20)).not.toContain(false)
  expect(accepted.filter(Boolean)).toHaveLength(20 + 99)
})

test("whoever keeps to the rate is never refused, also when the clock turns", () => {
  const limits = fc
    .record({
      requests: fc.integer({ min: 1, max: 1000 }),
      periodSeconds: fc.constantFrom(1, 10, 60),
      burst: fc.integer({ min: 1, max: 100 }),
    })
    // Longer ones are refused by the rule edge/rate-limit.
    .filter((limit) => emptyingSeconds(limit) <= clockMicroseconds / 2e6)
  const starts = fc.integer({ min: 1.999e9, max: 2e9 })
  fc.assert(
    fc.property(limits, starts, (limit, start) => {
      const { intervalMicroseconds } = rateLimitView(limit)
      const polite = Array.from({ length: 200 }, (_, index) => start + index * intervalMicroseconds)
      expect(replay(limit, polite)).not.toContain(false)
    }),
  )
})
