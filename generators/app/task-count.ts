import type { Fleet } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"

/** App tasks each app host runs when all hosts are up. */
export function tasksPerHost(fleet: Fleet): number {
  return Math.ceil(fleet.app.replicas / appHostCount(fleet))
}

/**
 * Most tasks one host may run: with one host gone, the others must hold every
 * replica and the tasks that an update starts before it stops the old ones.
 */
export function maxTasksPerHost(fleet: Fleet): number {
  const { replicas, update } = fleet.app
  return Math.ceil((replicas + update.parallelism) / Math.max(appHostCount(fleet) - 1, 1))
}

/** Most app hosts there may be: today's, by automatic scaling, or in the largest flash sale. */
export function maxAppHosts(fleet: Fleet): number {
  const sales = fleet.flashSales.map((sale) => sale.appHosts)
  return Math.max(fleet.app.maxAppHosts, hostsOf(fleet, "app").length, ...sales)
}

/** What the app hosts serve every day while one of them is gone, in requests a second. */
export function hostLossCapacity(fleet: Fleet) {
  const { workload, edge } = fleet
  const hosts = hostsOf(fleet, "app")
  const left = Math.max(hosts.length - 1, 0)
  const vcpu = hosts[0]?.vcpu ?? 0
  return {
    left,
    vcpu,
    served: left * vcpu * workload.requestsPerCorePerSecond,
    /** What the CDN does not answer. */
    arriving: workload.baselineRequestsPerSecond * (1 - edge.cdnOffload),
  }
}

/** What a flash sale brings and what the fleet makes of it, in requests a second. */
export function flashSaleCapacity(fleet: Fleet) {
  const { workload, edge } = fleet
  const hosts = maxAppHosts(fleet)
  const vcpu = hostsOf(fleet, "app")[0]?.vcpu ?? 0
  return {
    hosts,
    vcpu,
    served: hosts * vcpu * workload.requestsPerCorePerSecond,
    /** What the CDN does not answer. */
    arriving: workload.peakRequestsPerSecond * (1 - edge.cdnOffload),
  }
}

/** Most app tasks at once in steady state: every host there may be, as full as today's. */
export function maxTasks(fleet: Fleet): number {
  return Math.max(fleet.app.replicas, maxAppHosts(fleet) * tasksPerHost(fleet))
}

function appHostCount(fleet: Fleet): number {
  return Math.max(hostsOf(fleet, "app").length, 1)
}
