import { noAddress } from "../../generators/core/addressing.ts"
import type { EnvironmentSpec } from "../environment.ts"
import { containsAddress, formatCidr, parseCidr, parseIpv4 } from "../ipv4.ts"
import type { Finding, Rule } from "./rule.ts"

/**
 * Ports inside the app's range (3000 to 8000) that something else of the fleet
 * listens on, on the app hosts or in the networks the app joins.
 */
const reservedPorts: Record<number, string> = {
  4789: "the VXLAN of overlay networks",
  5000: "the way to the primary database",
  5001: "the way to its replicas",
  5432: "PostgreSQL",
  6379: "Redis sessions",
  6380: "Redis cache",
  6381: "Redis sessions",
  6382: "Redis cache",
  6432: "PgBouncer",
  7946: "Swarm gossip",
}

export const publicHosts: Rule = {
  id: "network/public",
  reason: "Only load balancers and the bastion stand in the DMZ (seed section 5.1).",
  severity: "error",
  check(fleet, spec) {
    const inDmz = new Set(["loadBalancer", "bastion"])
    return Object.entries(spec.hosts).flatMap(([role, group]): Finding[] => {
      const hosts = fleet.hosts.filter((host) => host.role === role)
      const isPublic = hosts.some((host) => host.publicAddress !== null)
      if (group === undefined || hosts.length === 0 || isPublic === inDmz.has(role)) return []
      const message = isPublic
        ? "is true, but only load balancers and the bastion may be reached from outside; remove it"
        : "is false, but people enter the fleet here; remove it"
      return [{ path: ["hosts", role, "public"], message }]
    })
  },
}

export const ports: Rule = {
  id: "network/ports",
  reason: "The app may not take a port that another part of the fleet listens on.",
  severity: "error",
  check(fleet) {
    const owner = reservedPorts[fleet.app.port]
    if (owner === undefined) return []
    const message = `${fleet.app.port} belongs to ${owner}; write another port from 3000 to 8000`
    return [{ path: ["app", "port"], message }]
  },
}

export const operators: Rule = {
  id: "network/operators",
  reason: "SSH is for those who operate the fleet (seed section 5.1).",
  severity: "error",
  check(fleet) {
    return fleet.network.operators.flatMap((text, index): Finding[] => {
      const fault = networkFault(text)
      return fault === undefined
        ? []
        : [{ path: ["network", "operators", index], message: `"${text}" ${fault}` }]
    })
  },
}

function networkFault(text: string): string | undefined {
  const network = parseCidr(text)
  if (network === undefined) {
    return "is no IPv4 network; write four numbers from 0 to 255 and a prefix length"
  }
  if (network.prefixLength === 0) return "is everybody; write your own networks, or leave it out"
  const written = formatCidr(network)
  return written === text ? undefined : `has host bits set; write ${written}`
}

export const vip: Rule = {
  id: "network/vip",
  reason: "The floating IP must be a free address of the public subnet.",
  severity: "error",
  check(fleet, spec) {
    const message = vipFault(fleet.hosts, spec)
    return message === undefined ? [] : [{ path: ["network", "vip"], message }]
  },
}

function vipFault(
  hosts: readonly { name: string; privateAddress: string; publicAddress: string | null }[],
  { network }: EnvironmentSpec,
): string | undefined {
  const address = parseIpv4(network.vip)
  const subnet = parseCidr(network.subnets.public)
  if (address === undefined) {
    return `"${network.vip}" is no IPv4 address; write four numbers from 0 to 255`
  }
  if (subnet === undefined) return undefined
  if (!containsAddress(subnet, address)) {
    return `${network.vip} is outside subnets.public (${network.subnets.public}); write an address in it`
  }
  const isReserved = address === subnet.first || address === subnet.first + subnet.size - 1
  if (subnet.prefixLength < 31 && isReserved) {
    return `${network.vip} is the subnet's own or broadcast address; write one in between`
  }
  const owner = hosts.find(
    (host) =>
      host.publicAddress !== noAddress &&
      (host.publicAddress === network.vip || host.privateAddress === network.vip),
  )
  if (owner === undefined) return undefined
  return `${network.vip} is the address of ${owner.name}; write an address no host has`
}
