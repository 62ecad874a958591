import type { Observed } from "../deploy/observe.ts"
import type { SwarmNetwork, SwarmObject, SwarmService } from "../deploy/swarm-types.ts"
import type { Json } from "./stack-value.ts"

/** A file as it is on a host. */
export interface LiveFile {
  host: string
  path: string
  sha256: string
}

/** Everything that drift compares; read only. */
export interface Live extends Observed {
  /** Every service of the Swarm, also those that no stack of ours deployed. */
  allServices: SwarmService[]
  /** Every config with its data, ours or not. */
  allConfigs: SwarmObject[]
  /** Every network, ours or not. */
  allNetworks: SwarmNetwork[]
  /** Name of each network that a service refers to, by its id. */
  networkNames: Map<string, string>
  /** What the database's members agree on; undefined without a database that answers. */
  databaseSettings?: Json | undefined
  files: LiveFile[]
  /** `host:directory` of every directory that could be read; elsewhere a missing file says nothing. */
  filesRead: Set<string>
}
