import { existsSync } from "node:fs"
import { join } from "node:path"
import { suggestion } from "../../schema/closest.ts"
import type { Credential } from "../../schema/credential.ts"
import { Failure } from "../io/failure.ts"
import { list, readParsed } from "../io/files.ts"

/** A host as `stacks/<env>/fleet.json` records it. */
export interface FleetHost {
  name: string
  role: string
  privateAddress: string
  publicAddress: string | null
  vcpu: number
  memoryBytes: number
}

/** What apply, up and status need to know of an environment; written by render. */
export interface FleetFile {
  environment: string
  tier: string
  provider: { name: string; region: string; publicInterface: string; privateInterface: string }
  network: {
    publicSubnet: string
    privateSubnet: string
    overlayPool: string
    vip: string
    encryptedOverlay: boolean
    mtuBytes: number
  }
  hostname: string
  aliases: string[]
  healthPath: string
  registry: { address: string; insecure: boolean }
  images: Record<string, string>
  hosts: FleetHost[]
  secrets: string[]
  /** Those of the secrets that the box makes itself. */
  credentials: Credential[]
}

/**
 * Reads `stacks/<env>/fleet.json`. Throws a Failure that lists the known
 * environments when there is none.
 */
export function readFleetFile(repository: string, environment: string): FleetFile {
  const stacks = join(repository, "stacks")
  const file = join(stacks, environment, "fleet.json")
  if (!existsSync(file)) {
    const known = list(stacks)
    const hint = known.length === 0 ? "" : ` Of those there are, ${suggestion(environment, known)}`
    throw new Failure(
      `there is no environment "${environment}" under stacks/.${hint} For a new one write environments/${environment}.yaml and run: npx quickcart render ${environment}`,
    )
  }
  const remedy = `Render it again: npx quickcart render ${environment}`
  return readParsed(file, (text) => JSON.parse(text) as FleetFile, remedy)
}

/** Swarm name of a component's service that is pinned to this host, e.g. `quickcart_haproxy-2`. */
export function memberService(component: string, host: string): string {
  return `quickcart_${component}-${host.slice(host.lastIndexOf("-") + 1)}`
}

/** Hosts that are Swarm nodes: all but the bastion. */
export function swarmHosts(fleet: FleetFile): FleetHost[] {
  return fleet.hosts.filter((host) => host.role !== "bastion")
}

/** Hosts of one role, in order. */
export function hostsOf(fleet: FleetFile, role: string): FleetHost[] {
  return fleet.hosts.filter((host) => host.role === role)
}
