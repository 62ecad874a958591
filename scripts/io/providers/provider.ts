import type { FleetHost } from "../../deploy/fleet-file.ts"

/** A host to create: its place in the fleet and its cloud-init user-data. */
export interface HostRequest {
  host: FleetHost
  /** Complete cloud-init user-data. */
  userData: string
  /** Changes when the host has to be made anew; cloud-init's instance id. */
  instanceId: string
}

export interface ProviderHost {
  name: string
  state: "running" | "stopped"
}

/** What every infrastructure provider can do; one adapter each, one contract test for all. */
export interface Provider {
  /** Fails with a plain sentence when the provider cannot be used from here. */
  preflight(): Promise<void>
  /** Networks and whatever else hosts need before they exist; idempotent. */
  prepare(report: (line: string) => void): Promise<void>
  list(): Promise<ProviderHost[]>
  /** Creates the missing hosts and starts the stopped ones; idempotent. */
  create(requests: HostRequest[]): Promise<void>
  destroy(names: string[]): Promise<void>
  /** Removes every host, disk and network of the environment. */
  destroyAll(): Promise<void>
}
