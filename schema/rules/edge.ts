import { hostsOf } from "../../generators/core/roles.ts"
import { mustSurvive, number, type Rule } from "./rule.ts"

export const vrrpFailover: Rule = {
  id: "edge/vrrp-failover",
  reason: "The backup load balancer must take over within the promised time (RFC 9568).",
  severity: "error",
  check({ edge, objectives }) {
    const { advertIntervalSeconds: advert, masterDownSeconds: down } = edge.vrrp
    if (down < objectives.edgeFailoverSeconds) return []
    const message =
      `3 x ${number(advert)} s between adverts + ${number(down - 3 * advert)} s skew = ` +
      `${number(down)} s before the backup takes over, not below the ` +
      `${number(objectives.edgeFailoverSeconds)} s of objectives.edgeFailover; ` +
      "write a shorter interval, for example 100ms"
    return [{ path: ["edge", "vrrp", "advertInterval"], message }]
  },
}

export const vrrpInterval: Rule = {
  id: "edge/vrrp-interval",
  reason: "VRRPv3 carries the interval as 12 bits of hundredths of a second (RFC 9568, 5.2.7).",
  severity: "error",
  check({ edge }) {
    const milliseconds = Math.round(edge.vrrp.advertIntervalSeconds * 1e6) / 1e3
    if (milliseconds % 10 === 0 && milliseconds >= 10 && milliseconds <= 40_950) return []
    const message =
      `${number(milliseconds)} ms cannot be sent; ` +
      "write whole hundredths of a second from 10ms to 40950ms"
    return [{ path: ["edge", "vrrp", "advertInterval"], message }]
  },
}

export const pair: Rule = {
  id: "edge/pair",
  reason: "One load balancer alone is a single point of failure.",
  severity: "error",
  check(fleet) {
    const count = hostsOf(fleet, "loadBalancer").length
    if (!mustSurvive(fleet) || count >= 2) return []
    const message = `${count} load balancer: when it dies nothing answers; write 2 or more`
    return [{ path: ["hosts", "loadBalancer", "count"], message }]
  },
}

export const drain: Rule = {
  id: "edge/drain",
  reason: "A stopping task must keep serving until every load balancer has noticed.",
  severity: "error",
  check({ app, edge }) {
    const { fall, intervalSeconds } = edge.health
    const { connectSeconds } = edge.timeouts
    const detection = fall * intervalSeconds + connectSeconds
    const findings = []
    if (app.drainSeconds < detection) {
      const message =
        `${number(app.drainSeconds)} s is shorter than HAProxy needs to notice: ` +
        `${fall} failed checks x ${number(intervalSeconds)} s + ${number(connectSeconds)} s ` +
        `connect timeout = ${number(detection)} s; write ${number(detection)}s or more`
      findings.push({ path: ["app", "drain"], message })
    }
    if (app.drainSeconds >= app.stopGracePeriodSeconds) {
      const message =
        `${number(app.drainSeconds)} s of draining does not end before the SIGKILL after ` +
        `${number(app.stopGracePeriodSeconds)} s (stopGracePeriod); write less, or a longer grace period`
      findings.push({ path: ["app", "drain"], message })
    }
    return findings
  },
}

export const stopGrace: Rule = {
  id: "edge/stop-grace",
  reason: "A request that began while a task drained should finish before the SIGKILL.",
  severity: "warning",
  check({ app, edge }) {
    const needed = app.drainSeconds + edge.timeouts.serverSeconds
    const cannotDrain = app.drainSeconds >= app.stopGracePeriodSeconds
    if (cannotDrain || needed <= app.stopGracePeriodSeconds) return []
    const message =
      `${number(app.drainSeconds)} s drain + ${number(edge.timeouts.serverSeconds)} s server ` +
      `timeout = ${number(needed)} s, more than the ${number(app.stopGracePeriodSeconds)} s ` +
      `before SIGKILL; write ${number(needed)}s or more`
    return [{ path: ["app", "stopGracePeriod"], message }]
  },
}
