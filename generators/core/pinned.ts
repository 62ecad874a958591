import type { Host } from "./fleet.ts"
import { oneByOne } from "./one-by-one.ts"
import { onRole } from "./roles.ts"
import type { SwarmService } from "./swarm-service.ts"

/**
 * How a member that keeps data on its host is deployed: one task, on that host
 * only, and never a second one beside it.
 */
export function pinnedTo(host: Host, resources: SwarmService["deploy"]["resources"]) {
  return {
    mode: "replicated" as const,
    replicas: 1,
    endpoint_mode: "dnsrr" as const,
    placement: { constraints: [onRole(host.role), `node.labels.host == ${host.name}`] },
    ...(resources === undefined ? {} : { resources }),
    restart_policy: { condition: "any" as const, delay: "5s" },
    ...oneByOne("15s"),
  }
}
