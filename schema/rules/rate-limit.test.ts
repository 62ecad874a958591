import { describe, expect, test } from "vitest"
import type { RateLimit } from "../environment.ts"
import { rateLimit } from "./rate-limit.ts"
import { verdict } from "./rule-bench.ts"

const limited = (limit: RateLimit) => verdict(rateLimit, (spec) => (spec.edge.rateLimit = limit))

describe("edge/rate-limit", () => {
  test("no limit, and one that ordinary visitors keep, pass", () => {
    expect(verdict(rateLimit)).toEqual([])
    expect(limited({ requests: 50 })).toEqual([])
  })

  test("below what the workload's visitors ask for it refuses them", () => {
    expect(limited({ requests: 10, period: "10s" })).toEqual([])
    expect(limited({ requests: 9, period: "10s" })).toEqual([
      "edge.rateLimit.requests: 9 in 10 s refuse an ordinary visitor, who makes 1 req/s x 10 s = " +
        "10; write several times that",
    ])
  })

  test("behind a CDN every visitor would share its addresses", () => {
    const found = verdict(rateLimit, (spec) => {
      spec.edge.cdn = { vendor: "cloudflare", offload: "45%" }
      spec.edge.rateLimit = { requests: 50 }
    })
    expect(found).toEqual([
      "edge.rateLimit: counts by address, but all visitors come from those of cloudflare; limit " +
        "them there, and remove this",
    ])
  })

  test("a burst is forgotten before HAProxy's clock turns", () => {
    expect(limited({ requests: 1, period: "1s", burst: 1000 })).toEqual([])
    expect(limited({ requests: 1, period: "1s", burst: 1001 })).toEqual([
      "edge.rateLimit.burst: 1,001 requests at once are forgotten after 1,001 / 1 x 1 s = 1,001 s, " +
        "and HAProxy remembers 1,000 s; write 1000 or less",
    ])
  })
})
