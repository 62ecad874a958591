import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Credential } from "../../schema/credential.ts"
import { Failure } from "../io/failure.ts"

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
  const file = join(repository, "stacks", environment, "fleet.json")
  if (!existsSync(file)) {
    throw new Failure(
      `there is no environment "${environment}" under stacks/. Write environments/${environment}.yaml and run: npx quickcart render ${environment}`,
    )
  }
  return JSON.parse(readFileSync(file, "utf8")) as FleetFile
}

/** Hosts that are Swarm nodes: all but the bastion. */
export function swarmHosts(fleet: FleetFile): FleetHost[] {
  return fleet.hosts.filter((host) => host.role !== "bastion")
}

/** Hosts of one role, in order. */
export function hostsOf(fleet: FleetFile, role: string): FleetHost[] {
  return fleet.hosts.filter((host) => host.role === role)
}
