import { maxAppHosts } from "../../generators/app/task-count.ts"
import { hostOffsets, registryOffset } from "../../generators/core/addressing.ts"
import type { Fleet, Role } from "../../generators/core/fleet.ts"
import { hostsOf } from "../../generators/core/roles.ts"
import type { EnvironmentSpec } from "../environment.ts"
import { contains, formatCidr, isPrivate, type Network, overlaps, parseCidr } from "../ipv4.ts"
import type { Path } from "../problem.ts"
import type { Finding, Rule } from "./rule.ts"

interface Named {
  name: string
  path: Path
  text: string
  network: Network | undefined
}

export const subnets: Rule = {
  id: "network/subnets",
  reason: "Every host needs an address of its own, and no two networks may share one.",
  severity: "error",
  check(fleet, spec) {
    const networks = nameNetworks(spec)
    return [
      ...networks.flatMap(findMalformed),
      ...findNotPrivate(networks),
      ...findOverlaps(networks),
      ...findOutsideVpc(networks),
      ...findCrowding(fleet, spec),
    ]
  },
}

function nameNetworks({ network }: EnvironmentSpec): Named[] {
  const named = (name: string, path: Path, text: string): Named => ({
    name,
    path: ["network", ...path],
    text,
    network: parseCidr(text),
  })
  return [
    named("vpc", ["vpc"], network.vpc),
    named("public", ["subnets", "public"], network.subnets.public),
    named("private", ["subnets", "private"], network.subnets.private),
    named("overlay", ["subnets", "overlay"], network.subnets.overlay),
  ]
}

function findMalformed({ path, text, network }: Named): Finding[] {
  if (network === undefined) {
    const message = `"${text}" is no IPv4 network; write four numbers from 0 to 255 and a prefix length`
    return [{ path, message }]
  }
  const written = formatCidr(network)
  if (written === text) return []
  return [{ path, message: `"${text}" has host bits set; write ${written}` }]
}

function findNotPrivate(networks: Named[]): Finding[] {
  return networks.flatMap(({ name, path, text, network }) => {
    if (name === "public" || network === undefined || isPrivate(network)) return []
    const message =
      `${text} is not private; write a network inside 10.0.0.0/8, 172.16.0.0/12 or ` +
      "192.168.0.0/16 (RFC 1918)"
    return [{ path, message }]
  })
}

function findOverlaps(networks: Named[]): Finding[] {
  return networks.flatMap((second, position) =>
    networks.slice(0, position).flatMap((first): Finding[] => {
      const isPrivateInVpc = first.name === "vpc" && second.name === "private"
      if (isPrivateInVpc || first.network === undefined || second.network === undefined) return []
      if (!overlaps(first.network, second.network)) return []
      const message = `${second.text} overlaps ${first.name} (${first.text}); write a network apart`
      return [{ path: second.path, message }]
    }),
  )
}

function findOutsideVpc(networks: Named[]): Finding[] {
  const vpc = networks.find(({ name }) => name === "vpc")
  const inner = networks.find(({ name }) => name === "private")
  if (vpc?.network === undefined || inner?.network === undefined) return []
  if (contains(vpc.network, inner.network)) return []
  const message = `${inner.text} is not inside vpc (${vpc.text}); write a network inside it`
  return [{ path: inner.path, message }]
}

function findCrowding(fleet: Fleet, spec: EnvironmentSpec): Finding[] {
  const subnetsInUse = [
    { name: "private", text: spec.network.subnets.private, isPublic: false },
    { name: "public", text: spec.network.subnets.public, isPublic: true },
  ]
  const roles = Object.keys(hostOffsets) as Role[]
  const overflow = roles.flatMap((role) => findRoleOverflow(fleet, role))
  const offsets = subnetsInUse.flatMap(({ name, text, isPublic }) => {
    const network = parseCidr(text)
    const last = Math.max(registryOffset, ...roles.map((role) => lastOffset(fleet, role, isPublic)))
    // The last address of a subnet is its broadcast address.
    if (network === undefined || last <= network.size - 2) return []
    const message =
      `${text} has host addresses up to offset ${Math.max(0, network.size - 2)}, but the last ` +
      `host stands at offset ${last}; write a larger network`
    return [{ path: ["network", "subnets", name], message }]
  })
  return [...overflow, ...offsets]
}

function findRoleOverflow(fleet: Fleet, role: Role): Finding[] {
  const { first, last } = hostOffsets[role]
  const places = last - first + 1
  const count = hostsOf(fleet, role).length
  if (count <= places) return []
  const message =
    `${count} hosts, but the addressing plan has ${places} places for this role ` +
    `(offsets ${first} to ${last}); write ${places} or less`
  return [{ path: ["hosts", role, "count"], message }]
}

function lastOffset(fleet: Fleet, role: Role, isPublic: boolean): number {
  const hosts = hostsOf(fleet, role)
  const isThere = hosts.length > 0 && (!isPublic || hosts.some((host) => host.publicAddress))
  const count = role === "app" ? maxAppHosts(fleet) : hosts.length
  return isThere ? hostOffsets[role].first + count - 1 : 0
}
