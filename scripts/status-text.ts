import Table from "cli-table3"
import { databaseLines } from "./db/health.ts"
import { unappliedLine } from "./drift/unapplied.ts"
import { monitoringLines } from "./monitoring/lines.ts"
import { certificateLines, certificateSummary } from "./secrets/certificate.ts"
import {
  type FleetStatus,
  type HostStatus,
  isHostWell,
  type ServiceStatus,
  type StatusReport,
} from "./status.ts"

/**
 * The status as a person reads it, on one screen however large the fleet is: of hosts, services and
 * certificates a line that counts them and those that are not well. `all` lists every one.
 */
export function statusText(status: StatusReport, { all = false } = {}): string {
  const { environment, hosts, services, certificates } = status
  const sickHosts = hosts.filter((host) => !isHostWell(host))
  const sickServices = services.filter((service) => !isSettled(service))
  return [
    `${environment}: ${status.healthy ? "healthy" : "NOT HEALTHY"}; VIP on ${status.vipOwner ?? "NO SINGLE HOST"}${standby(status)}; Swarm leader ${status.leader ?? "none"}`,
    unappliedLine(environment, status.pending),
    ...monitoringLines(status.monitoring),
    ...(status.database === null ? [] : databaseLines(status.database)),
    // No component makes any yet.
    "backups: nothing makes any yet, so no restore was ever tested",
    ...(all ? certificateLines : certificateSummary)(environment, certificates),
    `hosts: ${hosts.length - sickHosts.length} of ${hosts.length} are well (${byRole(hosts)})`,
    ...hostTable(all ? hosts : sickHosts),
    `services: ${services.length - sickServices.length} of ${services.length} run as they should`,
    ...serviceTable(all ? services : sickServices),
    ...(all
      ? []
      : [`all hosts, services and certificates: npx quickcart status ${environment} --all`]),
  ].join("\n")
}

const style = { head: [], border: [], compact: true }

function hostTable(hosts: readonly HostStatus[]): string[] {
  if (hosts.length === 0) return []
  const table = new Table({ head: ["host", "role", "address", "state", "docker", "tasks"], style })
  for (const h of hosts) table.push([h.name, h.role, h.address, h.state, h.docker, h.tasks])
  return [table.toString()]
}

function serviceTable(services: readonly ServiceStatus[]): string[] {
  if (services.length === 0) return []
  const table = new Table({ head: ["service", "tasks", "image", "last update"], style })
  for (const s of services) table.push([s.name, `${s.running}/${s.desired}`, s.image, s.update])
  return [table.toString()]
}

/** As many tasks as it should have, and no update that is on, was stopped or was taken back. */
function isSettled({ running, desired, update }: ServiceStatus): boolean {
  return running >= desired && ["-", "completed", "job, complete"].includes(update)
}

function byRole(hosts: readonly HostStatus[]): string {
  const roles = [...new Set(hosts.map(({ role }) => role))]
  return roles
    .map((role) => `${hosts.filter((host) => host.role === role).length} ${role}`)
    .join(", ")
}

function standby({ balancersNotReady }: FleetStatus): string {
  return balancersNotReady.length === 0
    ? ", standby ready"
    : `, NOT READY: ${balancersNotReady.join(", ")}`
}
