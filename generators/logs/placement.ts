import { type Contribution, contribution } from "../core/component.ts"
import type { Fleet, Host, Logs } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"

/** The manager that stores the logs: the last, where monitoring runs too. Undefined without managers. */
export function logStoreHost(fleet: Fleet): Host | undefined {
  return hostsOf(fleet, "manager").at(-1)
}

/** What a component adds; nothing in a fleet that stores no logs. */
export function whereLogged(
  fleet: Fleet,
  contribute: (logs: Logs, host: Host) => Partial<Contribution>,
): Contribution {
  const host = logStoreHost(fleet)
  if (fleet.logs === null || host === undefined) return contribution()
  return contribution(contribute(fleet.logs, host))
}

/** Hosts that ship their logs: all but the bastion, which is no Swarm node. */
export function shippingHosts(fleet: Fleet): Host[] {
  return fleet.hosts.filter(({ role }) => role !== "bastion")
}
