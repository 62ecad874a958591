import type { Fleet } from "../core/fleet.ts"
import type { Scrape, StaticTarget } from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import { hostTarget } from "../core/target-alerts.ts"
import { probePort } from "./ports.ts"

export type Labels = Record<string, string>
export type Probes = Scrape & { targets: StaticTarget[] }

interface Probe {
  job: string
  module: string
  address: string
  labels?: Labels
}

/** An address asked from each load balancer: only they reach the floating IP, and the Internet. */
export function fromBalancers(fleet: Fleet, { job, module, address, labels }: Probe): Probes {
  return {
    job,
    path: "/probe",
    parameters: { module: [module] },
    targets: hostsOf(fleet, "loadBalancer").map((host) => {
      const target = hostTarget(host, probePort)
      return { ...target, labels: { ...target.labels, ...labels }, probes: address }
    }),
  }
}
