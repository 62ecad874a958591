import { type Engine, EngineFailure } from "../io/engine.ts"
import { Failure, messageOf } from "../io/failure.ts"
import type { Plan } from "./reconcile.ts"

const paths = {
  "remove-service": "services",
  "prune-config": "configs",
  "prune-secret": "secrets",
  "remove-network": "networks",
}

/**
 * Removes what the plan has no use for any more; it comes last, when everything
 * that stays has converged. Throws a Failure when Swarm refuses, but for a
 * network that something is attached to: that is reported and left.
 */
export async function tidy(
  plan: Plan,
  engine: Engine,
  report: (line: string) => void,
): Promise<void> {
  for (const operation of plan.operations) {
    if (!("id" in operation)) continue
    report(`${operation.kind} ${operation.name}`)
    try {
      await engine.remove(`/${paths[operation.kind]}/${operation.id}`)
    } catch (error) {
      if (error instanceof EngineFailure && error.status === 404) continue
      const reason = messageOf(error)
      // What is attached by hand, or is about to stop, is not ours to cut off.
      if (operation.kind === "remove-network" && /in use|active endpoints/.test(reason)) {
        report(`${operation.name} stays until nothing is attached to it: ${reason}`)
        continue
      }
      throw new Failure(
        `everything converged, but tidying up did not end: ${reason}\nThe next apply does the rest.`,
      )
    }
  }
}
