import type { GuardHost, GuardInput, GuardRule } from "./rule.ts"

export const quorumLoss: GuardRule = {
  id: "quorum-loss",
  reason: "Swarm, etcd and Redis Cluster stop deciding when most of their members are gone.",
  check: (input) => groups(input).flatMap((group) => lost(group, input)),
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
