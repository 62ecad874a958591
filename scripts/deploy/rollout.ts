import { waitsForHost } from "./converge.ts"
import type { Observed } from "./observe.ts"
import type { SwarmService } from "./swarm-types.ts"

/** Longest wait for a rollout that somebody else began, or a run of ours that was killed. */
export const settleDeadlineSeconds = 300

/** Services whose tasks Swarm is replacing at this moment; not those that wait for a host that is down. */
export function rolling({ services, nodes }: Pick<Observed, "services" | "nodes">): SwarmService[] {
  return services.filter(
    (service) =>
      ["updating", "rollback_started"].includes(service.UpdateStatus?.State ?? "") &&
      !waitsForHost(service, nodes),
  )
}
