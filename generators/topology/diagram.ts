import type { Fleet, Host, Role } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"

/** Hosts drawn one by one before the rest becomes one node. */
const drawnHosts = 4

/** Mermaid source of the fleet, layered as its networks are. */
export function topologyDiagram(fleet: Fleet): string {
  const { edge, network } = fleet
  const balancers = hostsOf(fleet, "loadBalancer").toSorted(
    (a, b) => (edge.vrrp.priorities[b.name] ?? 0) - (edge.vrrp.priorities[a.name] ?? 0),
  )
  const apps = drawn(fleet, "app")
  return [
    "graph TD",
    `    User((Visitors)) -->|HTTPS/443| VIP[("${edge.hostname}<br/>floating IP ${network.vip}")]`,
    ...(hostsOf(fleet, "bastion").length > 0
      ? ["    Operator((Operators)) -->|SSH/22| bastion_1"]
      : []),
    "",
    `    subgraph "Public network (DMZ) ${network.publicSubnet}"`,
    ...balancers.map((host, position) => {
      const arrow = position === 0 ? "-->" : "-.->"
      const text = `${host.name}<br/>HAProxy, Keepalived<br/>priority ${edge.vrrp.priorities[host.name]}`
      return `        VIP ${arrow} ${id(host.name)}[("${text}")]`
    }),
    ...hostsOf(fleet, "bastion").map((host) => `        ${node(host)}`),
    "    end",
    "",
    `    subgraph "Private network (VPC) ${network.vpc}"`,
    ...layer("Application layer (stateless)", [
      ...apps.map(({ key, text }) => `${key}[("${text}")]`),
      ...balancers.flatMap((balancer, position) =>
        apps.map(
          ({ key }) =>
            `${id(balancer.name)} ${position === 0 ? "-->" : "-.->"}|${fleet.app.port}| ${key}`,
        ),
      ),
    ]),
    ...layer("Data layer", nodes(fleet, "database")),
    ...layer("Cache layer", nodes(fleet, "redis")),
    ...layer("Management", nodes(fleet, "manager")),
    "    end",
  ].join("\n")
}

function layer(title: string, lines: string[]): string[] {
  if (lines.length === 0) return []
  return [
    `        subgraph "${title}"`,
    ...lines.map((line) => `            ${line}`),
    "        end",
  ]
}

function nodes(fleet: Fleet, role: Role): string[] {
  return drawn(fleet, role).map(({ key, text }) => `${key}[("${text}")]`)
}

function drawn(fleet: Fleet, role: Role): { key: string; text: string }[] {
  const hosts = hostsOf(fleet, role)
  const single = hosts.length <= drawnHosts ? hosts : hosts.slice(0, drawnHosts - 1)
  const rest = hosts.slice(single.length)
  return [
    ...single.map((host) => ({ key: id(host.name), text: description(host) })),
    ...(rest.length === 0
      ? []
      : [{ key: `${role}_rest`, text: `${rest.length} more<br/>to ${rest.at(-1)?.name}` }]),
  ]
}

function node(host: Host): string {
  return `${id(host.name)}[("${description(host)}")]`
}

function description(host: Host): string {
  return `${host.name}<br/>${host.privateAddress}`
}

function id(name: string): string {
  return name.replaceAll("-", "_")
}
