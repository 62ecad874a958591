import { clockMicroseconds, emptyingSeconds } from "../../generators/haproxy/rate-limit.ts"
import { type Finding, number, type Rule } from "./rule.ts"

/** A bucket that takes longer to empty than half a turn of HAProxy's clock could not be told from an empty one. */
const longestSeconds = clockMicroseconds / 2e6

export const rateLimit: Rule = {
  id: "edge/rate-limit",
  reason: "A limit for each address must let an ordinary visitor in, and tell visitors apart.",
  severity: "error",
  check({ edge, workload }) {
    const limit = edge.rateLimit
    if (limit === null) return []
    const findings: Finding[] = []
    const path = ["edge", "rateLimit"]
    if (edge.cdnVendor !== null) {
      const message = `counts by address, but all visitors come from those of ${edge.cdnVendor}; limit them there, and remove this`
      findings.push({ path, message })
    }
    const { requests, periodSeconds } = limit
    const average = workload.requestsPerUserPerSecond
    if (requests < average * periodSeconds) {
      const message =
        `${number(requests)} in ${number(periodSeconds)} s refuse an ordinary visitor, who makes ` +
        `${number(average)} req/s x ${number(periodSeconds)} s = ${number(average * periodSeconds)}; ` +
        "write several times that"
      findings.push({ path: [...path, "requests"], message })
    }
    const seconds = emptyingSeconds(limit)
    if (seconds > longestSeconds) {
      const message =
        `${number(limit.burst)} requests at once are forgotten after ${number(limit.burst)} / ` +
        `${number(requests)} x ${number(periodSeconds)} s = ${number(seconds)} s, and HAProxy ` +
        `remembers ${number(longestSeconds)} s; write ${number(Math.floor((longestSeconds / periodSeconds) * requests)).replaceAll(",", "")} or less`
      findings.push({ path: [...path, "burst"], message })
    }
    return findings
  },
}
