import type { Fleet, Flow, Role } from "../core/fleet.ts"

/** SSH through the bastion, and what Swarm nodes say to each other. */
export function hostFlows(fleet: Fleet): Flow[] {
  const roles = [...new Set(fleet.hosts.map((host) => host.role))]
  const nodes = roles.filter((role) => role !== "bastion")
  return [
    flow("internet", "bastion", "tcp", 22, "SSH"),
    ...nodes.map((to) => flow("bastion", to, "tcp", 22, "SSH")),
    ...nodes.map((from) => flow(from, "manager", "tcp", 2377, "Swarm management")),
    ...nodes.flatMap((from) => nodes.flatMap((to) => betweenNodes(fleet, from, to))),
  ]
}

function betweenNodes(fleet: Fleet, from: Role, to: Role): Flow[] {
  return [
    flow(from, to, "tcp", 7946, "Swarm gossip"),
    flow(from, to, "udp", 7946, "Swarm gossip"),
    flow(from, to, "udp", 4789, "overlay networks (VXLAN)"),
    ...(fleet.network.encryptedOverlay
      ? [flow(from, to, "esp", null, "overlay encryption (IPsec)")]
      : []),
  ]
}

function flow(
  from: Flow["from"],
  to: Flow["to"],
  protocol: Flow["protocol"],
  port: number | null,
  service: string,
): Flow {
  return { from, to, protocol, port, service }
}
