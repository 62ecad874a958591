import type { EnvironmentSpec } from "../../schema/environment.ts"
import type { DesiredService } from "../deploy/desired.ts"
import { type Definition, definitionOf, placedOn, taskCount } from "./definition.ts"
import type { HeadroomRow, PlanHost } from "./model.ts"

/** What headroom is computed from; services and spec are unknown for some bases. */
export interface Sizing {
  hosts: PlanHost[]
  services: DesiredService[]
  spec: EnvironmentSpec | undefined
}

type Share = { used: number; provided: number }

/** `edge.maxConnections` when the environment does not say. */
const defaultMaxConnections = 20_000

/**
 * What is used and provided of cores, memory, request capacity and connections,
 * before and after. Rows that neither side can tell are left out.
 */
export function headroom(before: Sizing | undefined, after: Sizing): HeadroomRow[] {
  const roles = [...new Set(["app", ...reservingRoles(after.services)])]
  const rows = roles.flatMap((role): HeadroomRow[] => [
    row(`cores reserved on ${role} hosts`, "cores", before, after, (s) => reserved(s, role, cores)),
    row(`memory reserved on ${role} hosts`, "bytes", before, after, (s) =>
      reserved(s, role, memory),
    ),
  ])
  rows.push(
    row("baseline load of the app", "requests/s", before, after, capacity),
    row("visitors on one load balancer", "connections", before, after, connections),
  )
  return rows.filter(({ before, after }) => before !== null || after !== null)
}

function row(
  name: string,
  unit: HeadroomRow["unit"],
  before: Sizing | undefined,
  after: Sizing,
  measure: (sizing: Sizing) => Share | null,
): HeadroomRow {
  return {
    name,
    unit,
    before: before === undefined ? null : measure(before),
    after: measure(after),
  }
}

interface Resource {
  reservedBy(definition: Definition): number
  of(host: PlanHost): number
}

const cores: Resource = {
  reservedBy: ({ deploy }) => Number(deploy.resources?.reservations?.cpus ?? 0),
  of: (host) => host.vcpu,
}

const memory: Resource = {
  reservedBy: ({ deploy }) => Number(deploy.resources?.reservations?.memory ?? 0),
  of: (host) => host.memoryBytes,
}

function reserved({ hosts, services }: Sizing, role: string, resource: Resource): Share | null {
  const ours = hosts.filter((host) => host.role === role)
  if (ours.length === 0) return null
  const used = services
    .map(definitionOf)
    .filter((definition) => placedOn(definition, "role") === role)
    .reduce((sum, one) => sum + resource.reservedBy(one) * taskCount(one, hosts), 0)
  return { used, provided: ours.reduce((sum, host) => sum + resource.of(host), 0) }
}

function reservingRoles(services: DesiredService[]): string[] {
  return services.flatMap((service) => {
    const definition = definitionOf(service)
    const role = placedOn(definition, "role")
    return role !== undefined && memory.reservedBy(definition) > 0 ? [role] : []
  })
}

/**
 * Requests a second: users x requests of each, against what the app's cores
 * serve. Its tasks' limits bound it as much as the hosts' cores do.
 */
function capacity({ hosts, services, spec }: Sizing): Share | null {
  if (spec === undefined) return null
  const { workload } = spec
  const used = workload.concurrentUsers * workload.requestsPerUserPerSecond
  const hostCores = hosts
    .filter((host) => host.role === "app")
    .reduce((sum, host) => sum + host.vcpu, 0)
  const app = services.find((service) => service.shortName === "app")
  const limits = app === undefined ? Number.NaN : limitCores(definitionOf(app), hosts)
  const usable = Number.isNaN(limits) ? hostCores : Math.min(hostCores, limits)
  return { used, provided: usable * workload.requestsPerCorePerSecond }
}

function limitCores(definition: Definition, hosts: PlanHost[]): number {
  return Number(definition.deploy.resources?.limits?.cpus) * taskCount(definition, hosts)
}

/** One load balancer holds the VIP, so it alone must take a connection of every user. */
function connections({ spec }: Sizing): Share | null {
  if (spec === undefined) return null
  return {
    used: spec.workload.concurrentUsers,
    provided: spec.edge.maxConnections ?? defaultMaxConnections,
  }
}
