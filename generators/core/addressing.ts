import { nthAddress } from "../../schema/ipv4.ts"
import type { Role } from "./fleet.ts"

/** Offsets in a subnet that one role's hosts take: `first` to `last`, both included. */
export interface OffsetRange {
  first: number
  last: number
}

/**
 * Where each role's hosts stand in the private subnet, counted from its first
 * address; the roles of the DMZ take the same offsets in the public subnet.
 * App hosts come last because only they grow.
 */
export const hostOffsets: Record<Role, OffsetRange> = {
  bastion: { first: 5, last: 10 },
  manager: { first: 11, last: 20 },
  loadBalancer: { first: 21, last: 30 },
  database: { first: 31, last: 50 },
  redis: { first: 51, last: 100 },
  app: { first: 101, last: Number.POSITIVE_INFINITY },
}

/** The box's own image registry in the private subnet. */
export const registryOffset = 3

/** What stands where an address cannot be computed; the rule `network/subnets` says why. */
export const noAddress = "0.0.0.0"

/** Address of the host with this 1-based index; `noAddress` where the subnet has none. */
export function hostAddress(subnet: string, role: Role, index: number): string {
  return nthAddress(subnet, hostOffsets[role].first + index - 1) ?? noAddress
}
