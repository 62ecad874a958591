import type { DesiredService } from "../deploy/desired.ts"
import { type Definition, definitionOf, placedOn, taskCount } from "./definition.ts"
import type { PlanHost } from "./model.ts"

/** Cores or memory, as tasks claim and hosts have them. */
export interface Resource {
  unit: "cores" | "bytes"
  claimedBy(definition: Definition): number
  of(host: PlanHost): number
}

/** A service's tasks in a pool: those that run always, and those an update adds for a while. */
export interface Part {
  name: string
  wave: number
  tasks: number
  surge: number
  /** What one task claims. */
  each: number
}

/** Hosts that share a load: all of a role, or the one that pinned services fill most. */
export interface Pool {
  /** Set where the pool is one host. */
  host: string | undefined
  parts: Part[]
  provided: number
}

/** What a task reserves; where it reserves nothing, what it may take at most. */
function claim(key: "cpus" | "memory"): Resource["claimedBy"] {
  return ({ deploy: { resources } }) =>
    Number(resources?.reservations?.[key] ?? resources?.limits?.[key] ?? 0)
}

export const cores: Resource = {
  unit: "cores",
  claimedBy: claim("cpus"),
  of: (host) => host.vcpu,
}

export const memory: Resource = {
  unit: "bytes",
  claimedBy: claim("memory"),
  of: (host) => host.memoryBytes,
}

/** Roles whose hosts have something claimed of them, in the order of their services. */
export function claimedRoles(services: DesiredService[], hosts: PlanHost[]): string[] {
  const roles = services.flatMap((service) => {
    const definition = definitionOf(service)
    const claims = cores.claimedBy(definition) > 0 || memory.claimedBy(definition) > 0
    return claims ? (roleOf(definition, hosts) ?? []) : []
  })
  return [...new Set(roles)]
}

/**
 * What the services of a role claim. Where some are pinned to a host, no other
 * host can help it out, so the one with the least left is the pool. Undefined
 * when the role has no host.
 */
export function poolOf(
  services: DesiredService[],
  hosts: PlanHost[],
  role: string,
  resource: Resource,
): Pool | undefined {
  const ours = hosts.filter((host) => host.role === role)
  if (ours.length === 0) return undefined
  const claiming = services
    .map((service) => ({ service, definition: definitionOf(service) }))
    .filter(({ definition }) => roleOf(definition, hosts) === role)
    .filter(({ definition }) => resource.claimedBy(definition) > 0)
  const part = ({ service, definition }: (typeof claiming)[number], shares: number): Part => ({
    name: service.shortName,
    wave: service.wave,
    tasks: Math.ceil(taskCount(definition, hosts) / shares),
    surge: Math.ceil(surgeOf(definition, hosts) / shares),
    each: resource.claimedBy(definition),
  })
  if (!claiming.some(({ definition }) => placedOn(definition, "host") !== undefined)) {
    const provided = ours.reduce((sum, host) => sum + resource.of(host), 0)
    return { host: undefined, parts: claiming.map((one) => part(one, 1)), provided }
  }
  const pools = ours.map((host) => ({
    host: host.name,
    parts: claiming.flatMap((one) => {
      const pinned = placedOn(one.definition, "host")
      if (pinned === undefined) return [part(one, ours.length)]
      return pinned === host.name ? [part(one, 1)] : []
    }),
    provided: resource.of(host),
  }))
  return pools.toSorted((a, b) => left(a) - left(b))[0]
}

/** What runs always. */
export function steady({ parts }: Pool): number {
  return parts.reduce((sum, { tasks, each }) => sum + tasks * each, 0)
}

/** The parts of the wave whose update adds most; waves follow one another. */
export function surging({ parts }: Pool): Part[] {
  const waves = Map.groupBy(
    parts.filter(({ surge }) => surge > 0),
    ({ wave }) => wave,
  )
  return [...waves.values()].toSorted((a, b) => added(b) - added(a))[0] ?? []
}

/** What an update of these parts adds. */
export function added(parts: Part[]): number {
  return parts.reduce((sum, { surge, each }) => sum + surge * each, 0)
}

function left(pool: Pool): number {
  return pool.provided - steady(pool) - added(surging(pool))
}

function roleOf(definition: Definition, hosts: PlanHost[]): string | undefined {
  const pinned = placedOn(definition, "host")
  return placedOn(definition, "role") ?? hosts.find(({ name }) => name === pinned)?.role
}

/** Tasks beside the steady ones: started before old ones stop, or a job's, which end again. */
function surgeOf(definition: Definition, hosts: PlanHost[]): number {
  const { mode, replicas = 1, update_config } = definition.deploy
  if (mode === "replicated-job") return replicas
  const { order = "stop-first", parallelism = 1 } = update_config ?? {}
  if (order !== "start-first") return 0
  const tasks = taskCount(definition, hosts)
  return parallelism === 0 ? tasks : Math.min(parallelism, tasks)
}
