import type { DesiredService } from "../deploy/desired.ts"
import type { Operation } from "../deploy/reconcile.ts"
import type { SwarmService } from "../deploy/swarm-types.ts"
import { definitionOf, durableVolumes, placedOn, taskCount } from "../plan/definition.ts"
import { liveDurableVolumes } from "../plan/live-volumes.ts"
import type { GuardHost, GuardInput, GuardRule } from "./rule.ts"
import { momentOf, nameOf, rollsAlone } from "./together.ts"

export const dataLoss: GuardRule = {
  id: "data-loss",
  reason: "Data on a volume does not come back with a git revert.",
  check: (input) => [...lostVolumes(input), ...destroyedHosts(input)],
}

export const twoDatabaseMembers: GuardRule = {
  id: "two-database-members",
  reason: "A database must keep a member that can become primary while another restarts.",
  check(input) {
    const members = input.plan.operations.filter((operation) => isMember(operation, input))
    const waves = Map.groupBy(members, momentOf)
    const together = [...waves].flatMap(([wave, operations]) => {
      if (operations.length < 2 || operations.every(rollsAlone)) return []
      const names = operations.map(nameOf).join(" and ")
      return [`${names} would restart together in ${wave}; give each member a wave of its own`]
    })
    return [...together, ...members.flatMap((operation) => severalTasks(operation, input.facts))]
  },
}

function lostVolumes({ plan, observed }: GuardInput): string[] {
  return plan.operations.flatMap((operation) => {
    if (operation.kind === "remove-service") {
      const live = observed.services.find((service) => service.ID === operation.id)
      const volumes = live === undefined ? [] : liveDurableVolumes(live)
      if (volumes.length === 0) return []
      return [`${operation.name} would be removed, and it keeps data in ${volumes.join(", ")}`]
    }
    if (operation.kind !== "update-service") return []
    const kept = new Set(durableVolumes(operation.service))
    const dropped = liveDurableVolumes(operation.live).filter((volume) => !kept.has(volume))
    if (dropped.length === 0) return []
    return [`${operation.service.name} would no longer mount ${dropped.join(", ")}`]
  })
}

function destroyedHosts({ observed, facts }: GuardInput): string[] {
  const kept = new Set(facts.hostsAfter.map((host) => host.name))
  return facts.hostsBefore
    .filter((host) => !kept.has(host.name))
    .flatMap((host) => {
      const stateful = observed.services.filter(
        (service) => liveDurableVolumes(service).length > 0 && runsOn(service, host),
      )
      if (stateful.length === 0) return []
      const names = stateful.map((service) => service.Spec.Name).join(", ")
      return [`${host.name} would be destroyed with the volumes of ${names}`]
    })
}

function runsOn(service: SwarmService, host: GuardHost): boolean {
  const labels = (service.Spec.TaskTemplate.Placement?.Constraints ?? []).flatMap((constraint) => {
    const match = /^node\.labels\.(role|host)\s*==\s*(.+)$/.exec(constraint)
    return match === null ? [] : [{ label: match[1], value: match[2]?.trim() }]
  })
  return (
    labels.length > 0 &&
    labels.every(({ label, value }) => value === (label === "role" ? host.role : host.name))
  )
}

/** Services that keep data on the database hosts, but Redis, which has its own majority. */
export function isDatabaseMember(service: DesiredService, hosts: readonly GuardHost[]): boolean {
  const definition = definitionOf(service)
  const host = placedOn(definition, "host")
  const role =
    placedOn(definition, "role") ?? hosts.find((candidate) => candidate.name === host)?.role
  return (
    role === "database" &&
    durableVolumes(service).length > 0 &&
    !service.shortName.startsWith("redis")
  )
}

/** The same of a live service, whose role is only known from its constraints. */
export function isLiveDatabaseMember(service: SwarmService, hosts: readonly GuardHost[]): boolean {
  return (
    liveDurableVolumes(service).length > 0 &&
    !service.Spec.Name.startsWith("quickcart_redis") &&
    hosts.some((host) => host.role === "database" && runsOn(service, host))
  )
}

function isMember(operation: Operation, { facts, observed }: GuardInput): boolean {
  if (operation.kind === "update-service") {
    return isDatabaseMember(operation.service, facts.hostsAfter)
  }
  if (operation.kind !== "remove-service") return false
  const live = observed.services.find((service) => service.ID === operation.id)
  return live !== undefined && isLiveDatabaseMember(live, facts.hostsBefore)
}

function severalTasks(operation: Operation, { hostsAfter }: { hostsAfter: GuardHost[] }): string[] {
  if (operation.kind !== "update-service") return []
  const definition = definitionOf(operation.service)
  const parallelism = definition.deploy.update_config?.parallelism ?? 1
  if (taskCount(definition, hostsAfter) < 2 || parallelism === 1) return []
  return [`${operation.service.name} would restart ${parallelism || "all"} members at once`]
}
