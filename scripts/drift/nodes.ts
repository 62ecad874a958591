import { type FleetFile, type FleetHost, swarmHosts } from "../deploy/fleet-file.ts"
import type { SwarmNode } from "../deploy/swarm-types.ts"
import type { Difference } from "./difference.ts"
import { shown } from "./hidden.ts"

/** The labels that placement needs, and no others. */
export function wantedLabels(host: FleetHost): Record<string, string> {
  return { role: host.role, host: host.name }
}

/** Compares the Swarm's members with the hosts of `fleet.json`. */
export function nodeDifferences(fleet: FleetFile, nodes: SwarmNode[]): Difference[] {
  const hosts = new Map(swarmHosts(fleet).map((host) => [host.name, host]))
  const chosen = new Map<string, SwarmNode>()
  const extra: SwarmNode[] = []
  // A rebuilt host leaves a dead entry of the same name behind.
  for (const node of nodes.toSorted((a, b) => rank(b) - rank(a))) {
    const name = node.Description.Hostname
    if (hosts.has(name) && !chosen.has(name)) chosen.set(name, node)
    else extra.push(node)
  }
  return [
    ...[...hosts.values()].flatMap((host) => {
      const node = chosen.get(host.name)
      return node === undefined ? [whole(host.name, `a ${host.role}`, null)] : compare(host, node)
    }),
    ...extra.map((node) =>
      whole(node.Description.Hostname, null, `${node.Status.State} node ${node.ID}`),
    ),
  ]
}

function rank(node: SwarmNode): number {
  return node.Status.State === "ready" ? 1 : 0
}

function whole(name: string, wanted: string | null, live: string | null): Difference {
  return { kind: "drift", object: "node", name, field: "", wanted, live }
}

function compare(host: FleetHost, node: SwarmNode): Difference[] {
  const address = node.Status.Addr
  const facts: [string, string | undefined, string | undefined][] = [
    ["Status.State", "ready", node.Status.State],
    ["Spec.Role", host.role === "manager" ? "manager" : "worker", node.Spec.Role],
    ["Spec.Availability", "active", node.Spec.Availability],
    // A manager that was just promoted may not know its address yet.
    ["Status.Addr", host.privateAddress, usable(address) ? address : host.privateAddress],
    ...labelFacts(wantedLabels(host), node.Spec.Labels ?? {}),
  ]
  return facts
    .filter(([, wanted, live]) => wanted !== live)
    .map(([field, wanted, live]) => ({
      kind: "drift",
      object: "node",
      name: host.name,
      field,
      wanted: wanted ?? null,
      live: shown(field, live ?? null),
      recorded: `version ${node.Version.Index}`,
    }))
}

function usable(address: string | undefined): boolean {
  return address !== undefined && address !== "" && address !== "0.0.0.0"
}

function labelFacts(wanted: Record<string, string>, live: Record<string, string>) {
  const keys = [...new Set([...Object.keys(wanted), ...Object.keys(live)])].sort()
  return keys.map((key): [string, string | undefined, string | undefined] => [
    `Spec.Labels.${key}`,
    wanted[key],
    live[key],
  ])
}
