import type { Host } from "./fleet.ts"
import { onRole } from "./roles.ts"
import type { SwarmService } from "./swarm-service.ts"

/**
 * How a member that keeps data on its host is deployed: one task, on that host
 * only, and never a second one beside it.
 */
export function pinnedTo(host: Host, resources: SwarmService["deploy"]["resources"]) {
  const oneByOne = {
    parallelism: 1,
    order: "stop-first" as const,
    monitor: "15s",
    max_failure_ratio: 0,
  }
  return {
    mode: "replicated" as const,
    replicas: 1,
    endpoint_mode: "dnsrr" as const,
    placement: { constraints: [onRole(host.role), `node.labels.host == ${host.name}`] },
    ...(resources === undefined ? {} : { resources }),
    restart_policy: { condition: "any" as const, delay: "5s" },
    update_config: { ...oneByOne, failure_action: "rollback" as const },
    rollback_config: { ...oneByOne, failure_action: "pause" as const },
  }
}
