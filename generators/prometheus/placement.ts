import { type Contribution, contribution } from "../core/component.ts"
import type { Fleet, Host, Monitoring } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"

/**
 * The manager that runs Prometheus and Alertmanager: the last, because the box
 * has its object storage on the first. Undefined without managers.
 */
export function monitoringHost(fleet: Fleet): Host | undefined {
  return hostsOf(fleet, "manager").at(-1)
}

/** What a component adds on that host; nothing in a fleet without monitoring. */
export function whereMonitored(
  fleet: Fleet,
  contribute: (monitoring: Monitoring, host: Host) => Partial<Contribution>,
): Contribution {
  const host = monitoringHost(fleet)
  if (fleet.monitoring === null || host === undefined) return contribution()
  return contribution(contribute(fleet.monitoring, host))
}
