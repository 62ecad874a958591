import { openDatabase } from "./db/access.ts"
import { type DatabaseHealth, databaseHealth } from "./db/health.ts"
import { type BalancerState, balancerStates } from "./deploy/balancers.ts"
import { desiredTasks, hasCompleted } from "./deploy/converge.ts"
import type { FleetFile } from "./deploy/fleet-file.ts"
import { type Observed, observe } from "./deploy/observe.ts"
import { type SwarmService, type SwarmTask, specHashLabel } from "./deploy/swarm-types.ts"
import { type Unapplied, unapplied } from "./drift/unapplied.ts"
import { nowMs } from "./io/clock.ts"
import type { State } from "./io/state.ts"
import { connectSwarm, type SwarmConnection } from "./io/swarm-connection.ts"
import { openMonitoring } from "./monitoring/access.ts"
import { isWell, type MonitoringHealth, monitoringHealth } from "./monitoring/health.ts"
import { type CertificateStatus, certificates } from "./secrets/certificate.ts"

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
  /** Load balancers that could not take the VIP over now. */
  balancersNotReady: string[]
  leader: string | null
  /** Null without a database in this environment. */
  database: DatabaseHealth | null
  /** TLS certificates among the secrets: as the VIP serves them, as they are known here, or unknown. */
  certificates: CertificateStatus[]
  healthy: boolean
}

/** The fleet's own state, and what is known about it: promises, alerts, changes to come. */
export interface StatusReport extends FleetStatus {
  /** Null without monitoring in this environment. */
  monitoring: MonitoringHealth | null
  pending: Unapplied
}

/**
 * Asks the Swarm and the load balancers how they are: what serves visitors, without
 * what alerts remember of a fault that is over. Reads only.
 */
export async function fleetStatus(fleet: FleetFile, state: State): Promise<FleetStatus> {
  return (await lookAt(fleet, state, async () => null)).status
}

/** All that `quickcart status` shows. Reads only; asks everything at once. */
export async function statusReport(
  repository: string,
  fleet: FleetFile,
  state: State,
): Promise<StatusReport> {
  const { status, more } = await lookAt(fleet, state, ({ remote }, observed) => {
    const access = openMonitoring(fleet, remote)
    return Promise.all([
      access === null ? null : monitoringHealth(access, nowMs()),
      observed.then((live) => unapplied(repository, fleet, state, live)),
    ])
  })
  return reported(status, ...more)
}

/** The report, healthy when the fleet is and monitoring pages nobody; changes to come are no fault. */
export function reported(
  status: FleetStatus,
  monitoring: MonitoringHealth | null,
  pending: Unapplied,
): StatusReport {
  const healthy = status.healthy && (monitoring === null || isWell(monitoring))
  return { ...status, healthy, monitoring, pending }
}

/** Looks at the fleet over one connection, and asks `further` meanwhile. */
async function lookAt<T>(
  fleet: FleetFile,
  state: State,
  further: (connection: SwarmConnection, observed: Promise<Observed>) => Promise<T>,
): Promise<{ status: FleetStatus; more: T }> {
  const connection = await connectSwarm(fleet, state)
  try {
    const seen = observe(connection.engine)
    const [observed, balancers, expiries, database, more] = await Promise.all([
      seen,
      balancerStates(fleet, connection),
      certificates(fleet, state, nowMs()),
      hasDatabase(fleet) ? databaseHealth(openDatabase(fleet, connection.remote)) : null,
      further(connection, seen),
    ])
    const summary = summarise(fleet, observed, balancers)
    const healthy = summary.healthy && (database === null || database.faults.length === 0)
    return { status: { ...summary, healthy, certificates: expiries, database }, more }
  } finally {
    await connection.close()
  }
}

/** Ready in the Swarm; the bastion is no node of it. */
export function isHostWell({ state }: Pick<HostStatus, "state">): boolean {
  return ["ready", "-"].includes(state)
}

/** Hosts of the role may be there for Redis alone. */
function hasDatabase(fleet: FleetFile): boolean {
  return fleet.secrets.includes("patroni_tls")
}

function lastUpdate(service: SwarmService, tasks: SwarmTask[]): string {
  if (service.Spec.Mode.ReplicatedJob === undefined) return service.UpdateStatus?.State ?? "-"
  return hasCompleted(service, tasks) ? "job, complete" : "job, NOT COMPLETE"
}

function summarise(
  fleet: FleetFile,
  observed: Observed,
  balancers: BalancerState[],
): Omit<FleetStatus, "certificates" | "database"> {
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
        update: lastUpdate(service, observed.tasks),
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const leader = observed.nodes.find((node) => node.ManagerStatus?.Leader === true)
  const owners = balancers.filter((balancer) => balancer.ownsVip)
  const vipOwner = owners.length === 1 ? (owners[0]?.host ?? null) : null
  const notReady = balancers.filter((balancer) => !balancer.ready).map((balancer) => balancer.host)
  return {
    environment: fleet.environment,
    hosts,
    services,
    vipOwner,
    balancersNotReady: notReady,
    leader: leader?.Description.Hostname ?? null,
    healthy:
      vipOwner !== null &&
      notReady.length === 0 &&
      hosts.every(isHostWell) &&
      services.every((service) => service.running >= service.desired),
  }
}
