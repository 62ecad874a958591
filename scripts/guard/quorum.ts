import type { GuardHost, GuardInput, GuardRule } from "./rule.ts"
import { momentOf, nameOf, rollsAlone } from "./together.ts"

export const quorumLoss: GuardRule = {
  id: "quorum-loss",
  reason: "Swarm, etcd and Redis Cluster stop deciding when most of their members are gone.",
  check: (input) => [...groups(input).flatMap((group) => lost(group, input)), ...together(input)],
}

interface Group {
  what: string
  role: string
  /** Whether a drained host takes its member with it; Swarm's own managers stay. */
  drains: boolean
}

function groups({ desired, observed, facts }: GuardInput): Group[] {
  const names = [
    ...desired.services.map((service) => service.name),
    ...observed.services.map((service) => service.Spec.Name),
  ]
  const runs = (what: string) => names.some((name) => name.startsWith(`quickcart_${what}`))
  const redisRole = facts.hostsBefore.some(({ role }) => role === "redis") ? "redis" : "database"
  return [
    { what: "Swarm", role: "manager", drains: false },
    ...(runs("etcd") ? [{ what: "etcd", role: "manager", drains: true }] : []),
    ...(runs("redis") ? [{ what: "Redis Cluster", role: redisRole, drains: true }] : []),
  ]
}

function lost({ what, role, drains }: Group, { facts, observed }: GuardInput): string[] {
  const members = facts.hostsBefore.filter((host) => host.role === role)
  const kept = new Set(facts.hostsAfter.map((host) => host.name))
  const stays = (host: GuardHost) => {
    const nodes = observed.nodes.filter((node) => node.Description.Hostname === host.name)
    const serves = nodes.some(
      ({ Status, Spec }) => Status.State === "ready" && (!drains || Spec.Availability === "active"),
    )
    return kept.has(host.name) && (nodes.length === 0 || serves)
  }
  const left = members.filter(stays).length
  const needed = Math.floor(members.length / 2) + 1
  if (members.length === 0 || left >= needed) return []
  const gone = members.filter((host) => !stays(host)).map((host) => host.name)
  return [
    `${what} would keep ${left} of ${members.length} members and needs ${needed} (gone, down or drained: ${gone.join(", ")}); take hosts away one at a time`,
  ]
}

/** Members of one group, by name: `etcd-2`, `redis-cache-1`. Patroni's are `two-database-members`'. */
const member = /^quickcart_(etcd|redis(?:-.+)?)-\d+$/

/** Even two of six: the second may be the only replica of the first. */
function together({ plan }: GuardInput): string[] {
  const stopped = plan.operations.filter(
    ({ kind }) => kind === "update-service" || kind === "remove-service",
  )
  const groups = Map.groupBy(stopped, (operation) => {
    const group = member.exec(nameOf(operation))?.[1]
    return group === undefined ? undefined : `${group} ${momentOf(operation)}`
  })
  groups.delete(undefined)
  return [...groups.values()].flatMap((operations) => {
    const unled = operations.filter((operation) => !rollsAlone(operation))
    const [first, ...others] = unled
    if (first === undefined || others.length === 0) return []
    const names = unled.map(nameOf).join(" and ")
    return [
      `${names} would stop together in ${momentOf(first)}; give them a rollout.leader, which changes them one at a time, or remove them in commits of their own`,
    ]
  })
}
