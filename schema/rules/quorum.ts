import type { Fleet } from "../../generators/core/fleet.ts"
import { hostsOf } from "../../generators/core/roles.ts"
import { type Finding, mustSurvive, type Rule } from "./rule.ts"

export const odd: Rule = {
  id: "quorum/odd",
  reason: "An even number of managers survives no more failures than one fewer.",
  severity: "error",
  check(fleet) {
    const count = hostsOf(fleet, "manager").length
    if (count % 2 === 1) return []
    const survives = (members: number) => members - (Math.floor(members / 2) + 1)
    const message =
      `${count} managers need ${Math.floor(count / 2) + 1} for a quorum and survive ` +
      `${survives(count)} failures, as ${count - 1} do; write ${count - 1} or ${count + 1}`
    return [{ path: ["hosts", "manager", "count"], message }]
  },
}

export const spread: Rule = {
  id: "quorum/spread",
  reason: "Managers, PostgreSQL and Redis must each survive the loss of one host.",
  severity: "error",
  check(fleet) {
    if (!mustSurvive(fleet)) return []
    return [
      ...findTooFew(fleet, "manager", "the Swarm and etcd quorum"),
      ...findTooFew(fleet, "database", "one PostgreSQL primary and two replicas"),
      ...(fleet.redisRole === "redis" ? findTooFew(fleet, "redis", "a Redis Cluster") : []),
    ]
  },
}

function findTooFew(fleet: Fleet, role: "manager" | "database" | "redis", what: string): Finding[] {
  const count = hostsOf(fleet, role).length
  if (count >= 3) return []
  const message =
    `${count} hosts: a majority of ${count} is ${Math.floor(count / 2) + 1}, so losing one host ` +
    `loses ${what}; write 3 or more`
  return [{ path: ["hosts", role, "count"], message }]
}
