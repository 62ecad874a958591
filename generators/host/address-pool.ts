import { overlaps, parseCidr } from "../../schema/ipv4.ts"
import type { Fleet } from "../core/fleet.ts"

/** Private ranges that clouds seldom use, best first. */
const candidates = ["172.30.0.0/16", "192.168.128.0/17", "10.213.0.0/16", "10.77.0.0/16"]

/**
 * Range for Docker's local bridges that meets none of the fleet's networks.
 * Throws when the fleet's networks leave none free.
 */
export function bridgePool(fleet: Fleet): string {
  const { vpc, publicSubnet, privateSubnet, overlayPool } = fleet.network
  const taken = [vpc, publicSubnet, privateSubnet, overlayPool].map(network)
  const free = candidates.find((text) => !taken.some((other) => overlaps(other, network(text))))
  if (free === undefined) {
    throw new Error(
      `the networks of ${fleet.source} cover every range Docker's bridges could use (${candidates.join(", ")}): free one of them`,
    )
  }
  return free
}

function network(text: string) {
  const parsed = parseCidr(text)
  if (parsed === undefined) throw new Error(`"${text}" is not a network in CIDR notation`)
  return parsed
}
