import type { EnvironmentSpec } from "../../schema/environment.ts"
import type { DesiredService } from "../deploy/desired.ts"
import {
  added,
  claimedRoles,
  cores,
  memory,
  type Part,
  type Pool,
  poolOf,
  type Resource,
  steady,
  surging,
} from "./claims.ts"
import { type Definition, definitionOf, taskCount } from "./definition.ts"
import type { HeadroomRow, PlanHost } from "./model.ts"
import { number, quantity } from "./phrases.ts"

/** What headroom is computed from; services and spec are unknown for some bases. */
export interface Sizing {
  hosts: PlanHost[]
  services: DesiredService[]
  spec: EnvironmentSpec | undefined
}

interface Measure {
  used: number
  provided: number
  arithmetic: string
}

/** `edge.maxConnections` when the environment does not say. */
const defaultMaxConnections = 20_000

/**
 * What is used and provided of cores, memory, request capacity and connections,
 * before and after. Rows that neither side can tell are left out.
 */
export function headroom(before: Sizing | undefined, after: Sizing): HeadroomRow[] {
  const roles = claimedRoles(
    [...after.services, ...(before?.services ?? [])],
    [...after.hosts, ...(before?.hosts ?? [])],
  )
  const rows = roles.flatMap((role) => [
    ...claimRows(role, cores, before, after),
    ...claimRows(role, memory, before, after),
  ])
  rows.push(
    row("baseline load of the app", "requests/s", before, after, capacity),
    row("visitors on one load balancer", "connections", before, after, connections),
  )
  return rows.filter(({ before, after }) => before !== null || after !== null)
}

/** What always runs, and, where an update adds tasks for a while, what is claimed then. */
function claimRows(
  role: string,
  resource: Resource,
  before: Sizing | undefined,
  after: Sizing,
): HeadroomRow[] {
  const pool = ({ services, hosts }: Sizing) => poolOf(services, hosts, role, resource)
  const [old, now] = [before && pool(before), pool(after)]
  const pools = [old, now].flatMap((one) => one ?? [])
  if (pools.every(({ parts }) => parts.length === 0)) return []
  const where = pools.some(({ host }) => host !== undefined)
    ? `the fullest ${role} host`
    : `${role} hosts`
  const name = `${resource.unit === "cores" ? "cores" : "memory"} claimed on ${where}`
  const measured = (title: string, measure: (pool: Pool) => Measure) =>
    row(title, resource.unit, before, after, (sizing) => {
      const found = pool(sizing)
      return found === undefined ? null : measure(found)
    })
  const always = measured(name, (one) => steadyMeasure(one, resource))
  if (pools.every((one) => surging(one).length === 0)) return [always]
  return [always, measured(`${name} during an update`, (one) => peakMeasure(one, resource))]
}

function steadyMeasure(pool: Pool, { unit }: Resource): Measure {
  const terms = pool.parts
    .filter(({ tasks }) => tasks > 0)
    .map((part) => term(part, part.tasks, unit))
  return { used: steady(pool), provided: pool.provided, arithmetic: sumText(pool, terms) }
}

function peakMeasure(pool: Pool, { unit }: Resource): Measure {
  const extra = surging(pool)
  const terms = [
    quantity(steady(pool), unit),
    ...extra.map((part) => `${term(part, part.surge, unit)} more`),
  ]
  const used = steady(pool) + added(extra)
  return { used, provided: pool.provided, arithmetic: sumText(pool, terms) }
}

function term({ name, each }: Part, tasks: number, unit: Resource["unit"]): string {
  return `${name} ${tasks === 1 ? "" : `${tasks} x `}${quantity(each, unit)}`
}

function sumText({ host }: Pool, terms: string[]): string {
  const text = terms.length === 0 ? "nothing" : terms.join(" + ")
  return host === undefined ? text : `${host}: ${text}`
}

function row(
  name: string,
  unit: HeadroomRow["unit"],
  before: Sizing | undefined,
  after: Sizing,
  measure: (sizing: Sizing) => Measure | null,
): HeadroomRow {
  const old = before === undefined ? null : measure(before)
  const now = measure(after)
  const share = (one: Measure | null) => one && { used: one.used, provided: one.provided }
  return { name, unit, before: share(old), after: share(now), arithmetic: now?.arithmetic ?? "" }
}

/**
 * Requests a second: users x requests of each, against what the app's cores
 * serve. Its tasks' limits bound it as much as the hosts' cores do.
 */
function capacity({ hosts, services, spec }: Sizing): Measure | null {
  if (spec === undefined) return null
  const { concurrentUsers, requestsPerUserPerSecond, requestsPerCorePerSecond } = spec.workload
  const hostCores = hosts
    .filter((host) => host.role === "app")
    .reduce((sum, host) => sum + host.vcpu, 0)
  const app = services.find((service) => service.shortName === "app")
  const limits = app === undefined ? Number.NaN : limitCores(definitionOf(app), hosts)
  const usable = Number.isNaN(limits) ? hostCores : Math.min(hostCores, limits)
  const bound = usable < hostCores ? "that the tasks' limits allow" : "of the hosts"
  return {
    used: concurrentUsers * requestsPerUserPerSecond,
    provided: usable * requestsPerCorePerSecond,
    arithmetic: `${number(concurrentUsers)} users x ${requestsPerUserPerSecond}, of ${number(usable)} cores ${bound} x ${requestsPerCorePerSecond}`,
  }
}

function limitCores(definition: Definition, hosts: PlanHost[]): number {
  return Number(definition.deploy.resources?.limits?.cpus) * taskCount(definition, hosts)
}

/** One load balancer holds the VIP, so it alone must take a connection of every user. */
function connections({ spec }: Sizing): Measure | null {
  if (spec === undefined) return null
  return {
    used: spec.workload.concurrentUsers,
    provided: spec.edge.maxConnections ?? defaultMaxConnections,
    arithmetic: "one for each user",
  }
}
