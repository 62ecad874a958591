import Table from "cli-table3"
import { desiredTasks } from "./deploy/converge.ts"
import { type FleetFile, hostsOf } from "./deploy/fleet-file.ts"
import { type Observed, observe } from "./deploy/observe.ts"
import { specHashLabel } from "./deploy/swarm-types.ts"
import type { State } from "./io/state.ts"
import { connectSwarm, type SwarmConnection } from "./io/swarm-connection.ts"

export interface HostStatus {
  name: string
  role: string
  address: string
  state: string
  docker: string
  tasks: number
}

export interface ServiceStatus {
  name: string
  running: number
  desired: number
  image: string
  /** Hash of the rendered definition that is live. */
  specHash: string
  update: string
}

export interface FleetStatus {
  environment: string
  hosts: HostStatus[]
  services: ServiceStatus[]
  /** Host that holds the VIP; null when none or more than one does. */
  vipOwner: string | null
  leader: string | null
  healthy: boolean
}

/** Asks the Swarm and the load balancers how they are. Reads only. */
export async function fleetStatus(fleet: FleetFile, state: State): Promise<FleetStatus> {
  const connection = await connectSwarm(fleet, state)
  try {
    const [observed, owners] = await Promise.all([
      observe(connection.engine),
      vipOwners(fleet, connection),
    ])
    return summarise(fleet, observed, owners)
  } finally {
    await connection.close()
  }
}

/** Which load balancers have the VIP on an interface; one when all is well. */
export async function vipOwners(fleet: FleetFile, connection: SwarmConnection): Promise<string[]> {
  const found = await Promise.all(
    hostsOf(fleet, "load-balancer").map(async ({ name }) => {
      const command = `ip -oneline address show to ${fleet.network.vip}`
      const result = await connection.remote.exec(name, command, { allowFailure: true })
      return result.exitCode === 0 && result.stdout.trim() !== "" ? [name] : []
    }),
  )
  return found.flat()
}

/** The status as a person reads it: one screen. */
export function statusText(status: FleetStatus): string {
  const style = { head: [], border: [], compact: true }
  const hosts = new Table({ head: ["host", "role", "address", "state", "docker", "tasks"], style })
  for (const h of status.hosts) hosts.push([h.name, h.role, h.address, h.state, h.docker, h.tasks])
  const services = new Table({ head: ["service", "tasks", "image", "last update"], style })
  for (const s of status.services) {
    services.push([s.name, `${s.running}/${s.desired}`, s.image, s.update])
  }
  const summary = `${status.environment}: ${status.healthy ? "healthy" : "NOT HEALTHY"}; VIP on ${status.vipOwner ?? "NO SINGLE HOST"}; Swarm leader ${status.leader ?? "none"}`
  return [summary, hosts.toString(), services.toString()].join("\n")
}

function summarise(fleet: FleetFile, observed: Observed, owners: string[]): FleetStatus {
  const nodes = new Map(observed.nodes.map((node) => [node.Description.Hostname, node]))
  const running = observed.tasks.filter(
    (task) => task.Status.State === "running" && task.DesiredState === "running",
  )
  const up = new Set(
    observed.nodes.filter((node) => node.Status.State === "ready").map((node) => node.ID),
  )
  const hosts = fleet.hosts.map((host): HostStatus => {
    const node = nodes.get(host.name)
    return {
      name: host.name,
      role: host.role,
      address: host.publicAddress ?? host.privateAddress,
      state: host.role === "bastion" ? "-" : (node?.Status.State ?? "MISSING"),
      docker: node?.Description.Engine.EngineVersion ?? "-",
      tasks: running.filter((task) => task.NodeID === node?.ID && node !== undefined).length,
    }
  })
  const services = observed.services
    .map(
      (service): ServiceStatus => ({
        name: service.Spec.Name,
        running: running.filter((t) => t.ServiceID === service.ID && up.has(t.NodeID ?? "")).length,
        desired: desiredTasks(service, observed.nodes),
        image: service.Spec.TaskTemplate.ContainerSpec.Image.replace(/@sha256:(.{12}).*/, "@$1"),
        specHash: service.Spec.Labels?.[specHashLabel] ?? "",
        update: service.UpdateStatus?.State ?? "-",
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const leader = observed.nodes.find((node) => node.ManagerStatus?.Leader === true)
  const vipOwner = owners.length === 1 ? (owners[0] ?? null) : null
  return {
    environment: fleet.environment,
    hosts,
    services,
    vipOwner,
    leader: leader?.Description.Hostname ?? null,
    healthy:
      vipOwner !== null &&
      hosts.every((host) => ["ready", "-"].includes(host.state)) &&
      services.every((service) => service.running >= service.desired),
  }
}
