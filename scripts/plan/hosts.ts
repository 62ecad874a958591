import type { SwarmNode } from "../deploy/swarm-types.ts"
import type { FieldChange } from "./field-diff.ts"
import { fieldChanges } from "./field-diff.ts"
import type { PlanHost } from "./model.ts"

export type HostChange =
  | { kind: "create-host"; host: PlanHost }
  | { kind: "destroy-host"; host: PlanHost }
  | { kind: "change-host"; host: PlanHost; changes: FieldChange[] }

/** Hosts that one list has and the other has not, or has differently; by name. */
export function hostChanges(before: PlanHost[], after: PlanHost[]): HostChange[] {
  const old = new Map(before.map((host) => [host.name, host]))
  const kept = new Set(after.map((host) => host.name))
  return [
    ...after.flatMap((host): HostChange[] => {
      const previous = old.get(host.name)
      if (previous === undefined) return [{ kind: "create-host", host }]
      const changes = fieldChanges(previous, host)
      return changes.length === 0 ? [] : [{ kind: "change-host", host, changes }]
    }),
    ...before
      .filter((host) => !kept.has(host.name))
      .map((host): HostChange => ({ kind: "destroy-host", host })),
  ]
}

/**
 * The hosts that are in the Swarm now, as far as it knows them: what the files
 * say of a host of that name, else only name and role. The bastion is no Swarm
 * node, so it is taken from the files.
 */
export function liveHosts(nodes: SwarmNode[], known: PlanHost[], wanted: PlanHost[]): PlanHost[] {
  const described = new Map([...wanted, ...known].map((host) => [host.name, host]))
  const names = [...new Set(nodes.map((node) => node.Description.Hostname))].sort()
  const members = names.map((name): PlanHost => {
    const node = nodes.find((candidate) => candidate.Description.Hostname === name)
    const role = node?.Spec.Labels?.role ?? "unknown"
    return described.get(name) ?? { ...nameless, name, role }
  })
  const bastions = (known.length > 0 ? known : wanted).filter((host) => host.role === "bastion")
  return [...members, ...bastions]
}

const nameless: PlanHost = {
  name: "",
  role: "unknown",
  privateAddress: "",
  publicAddress: null,
  vcpu: 0,
  memoryBytes: 0,
  size: null,
}
