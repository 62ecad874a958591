import { Failure } from "../io/failure.ts"
import type { DesiredService } from "./desired.ts"
import { type SwarmNetwork, type SwarmService, stackName } from "./swarm-types.ts"

/** A network that the stack files declare, as Swarm should have it. */
export interface DesiredNetwork {
  /** Name in Swarm, e.g. `quickcart_edge`. */
  name: string
  driver: string
  options: Record<string, string>
  attachable: boolean
  internal: boolean
  /** Empty where Swarm chooses one from its pool. */
  subnets: string[]
}

/** A property in which a live network is not what the files say; null where one side has none. */
export interface NetworkDifference {
  /** As `docker network inspect` calls it. */
  field: string
  wanted: string | null
  live: string | null
}

interface Declared {
  name?: string
  external?: boolean
  driver?: string
  driver_opts?: Record<string, unknown>
  attachable?: boolean
  internal?: boolean
  ipam?: { config?: { subnet?: string }[] }
}

/**
 * The networks that services declare, each once; those of the host are not ours
 * to make. Throws a Failure for an option that apply cannot create yet.
 */
export function desiredNetworks(services: readonly DesiredService[]): DesiredNetwork[] {
  const found = new Map<string, DesiredNetwork>()
  for (const service of services) {
    for (const network of networksOf(service)) found.set(network.name, network)
  }
  return [...found.values()]
}

/** The networks of our own that one service joins. */
export function networksOf(service: DesiredService): DesiredNetwork[] {
  const declared = (service.stack.networks ?? {}) as Record<string, Declared>
  const [definition] = Object.values((service.stack.services ?? {}) as Record<string, object>)
  const joinsNone = definition !== undefined && Object.keys(declared).length === 0
  // docker stack deploy: what names no network joins the stack's default one.
  return Object.entries(joinsNone ? { default: {} } : declared)
    .filter(([, { external }]) => external !== true)
    .map(([key, network]) => desiredNetwork(key, network))
}

function desiredNetwork(key: string, declared: Declared): DesiredNetwork {
  const { name, external: _, driver, driver_opts, attachable, internal, ipam, ...rest } = declared
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) {
    throw new Failure(
      `the network "${key}" uses the key "${unknown}", which apply cannot create yet; teach it to scripts/deploy/networks.ts`,
    )
  }
  const options = Object.entries(driver_opts ?? {}).map(([option, value]) => [option, `${value}`])
  return {
    name: name ?? `${stackName}_${key}`,
    driver: driver ?? "overlay",
    options: Object.fromEntries(options),
    attachable: attachable === true,
    internal: internal === true,
    subnets: (ipam?.config ?? []).flatMap(({ subnet }) => subnet ?? []),
  }
}

/** Number that Swarm itself gives an overlay. */
const assignedOption = "com.docker.network.driver.overlay.vxlanid_list"

/** What the files say of a network and its live namesake does not have. */
export function networkDifferences(
  wanted: DesiredNetwork,
  live: SwarmNetwork,
): NetworkDifference[] {
  const { [assignedOption]: _, ...options } = live.Options ?? {}
  const keys = [...new Set([...Object.keys(wanted.options), ...Object.keys(options)])].sort()
  const subnets = (live.IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? [])
  const facts: [string, string | null, string | null][] = [
    ["Driver", wanted.driver, live.Driver],
    ["Attachable", String(wanted.attachable), String(live.Attachable)],
    ["Internal", String(wanted.internal), String(live.Internal)],
    ...(wanted.subnets.length === 0
      ? []
      : [["IPAM.Config", inOrder(wanted.subnets), inOrder(subnets)] as [string, string, string]]),
    ...keys.map((key): [string, string | null, string | null] => [
      `Options.${key}`,
      wanted.options[key] ?? null,
      options[key] ?? null,
    ]),
  ]
  return facts
    .filter(([, wanted, live]) => wanted !== live)
    .map(([field, wanted, live]) => ({ field, wanted, live }))
}

function inOrder(values: string[]): string {
  return values.toSorted().join(", ")
}

/** Names of the given networks that a live service is attached to. */
export function attachedTo(service: SwarmService, networks: readonly SwarmNetwork[]): string[] {
  const ids = new Set((service.Spec.TaskTemplate.Networks ?? []).map(({ Target }) => Target))
  return networks.filter(({ Id, Name }) => ids.has(Id) || ids.has(Name)).map(({ Name }) => Name)
}
