import type { Fleet, Host, Role } from "./fleet.ts"

/** A role as files, folders and node labels write it: `loadBalancer` is `load-balancer`. */
export function kebabRole(role: Role): string {
  return role === "loadBalancer" ? "load-balancer" : role
}

/** The hosts of one role, in order. */
export function hostsOf(fleet: Fleet, role: Role): Host[] {
  return fleet.hosts.filter((host) => host.role === role)
}

/** Placement constraint for one host. */
export function onHost(host: Host): string {
  return `node.labels.host == ${host.name}`
}

/** Placement constraint for the Swarm nodes of a role. */
export function onRole(role: Role): string {
  return `node.labels.role == ${kebabRole(role)}`
}

/** Placement constraint for the Swarm nodes of every other role. */
export function notOnRole(role: Role): string {
  return `node.labels.role != ${kebabRole(role)}`
}
