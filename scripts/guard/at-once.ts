import { definitionOf, taskCount } from "../plan/definition.ts"
import type { GuardInput, GuardRule } from "./rule.ts"

/** Largest part of a service that may be down or gone at one time. */
const mostAtOnce = 0.5

export const tooManyAtOnce: GuardRule = {
  id: "too-many-at-once",
  reason: "Half of a service has to go on serving while the other half changes.",
  check: (input) => [...batches(input), ...scaledDown(input)],
}

/** A single task cannot be halved: its outage is the plan's to show, not the guard's to refuse. */
function batches({ plan, facts }: GuardInput): string[] {
  return plan.operations.flatMap((operation) => {
    if (operation.kind !== "update-service") return []
    const { service } = operation
    const definition = definitionOf(service)
    const { parallelism = 1, order = "stop-first" } = definition.deploy.update_config ?? {}
    const tasks = taskCount(definition, facts.hostsAfter)
    const batch = parallelism === 0 ? tasks : Math.min(parallelism, tasks)
    if (order === "start-first" || tasks < 2 || batch / tasks <= mostAtOnce) return []
    return [
      `${service.name} would stop ${batch} of its ${tasks} tasks at once; lower its update parallelism to ${Math.floor(tasks * mostAtOnce)} or less`,
    ]
  })
}

function scaledDown({ plan }: GuardInput): string[] {
  return plan.operations.flatMap((operation) => {
    if (operation.kind !== "update-service") return []
    const before = operation.live.Spec.Mode.Replicated?.Replicas
    const { mode, replicas = 1 } = definitionOf(operation.service).deploy
    if (before === undefined || mode === "global" || replicas >= before * (1 - mostAtOnce)) {
      return []
    }
    return [
      `${operation.service.name} would shrink from ${before} to ${replicas} tasks at once; go down in steps of half`,
    ]
  })
}
