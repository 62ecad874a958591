import type { SwarmService } from "./swarm-types.ts"

/** Longest wait for a rollout that somebody else began, or a run of ours that was killed. */
export const settleDeadlineSeconds = 300

/** Services whose tasks Swarm is replacing at this moment. */
export function rolling(services: readonly SwarmService[]): SwarmService[] {
  return services.filter((service) =>
    ["updating", "rollback_started"].includes(service.UpdateStatus?.State ?? ""),
  )
}
