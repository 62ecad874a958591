import type { SwarmService } from "../deploy/swarm-types.ts"

/** Roles that a service's constraints name, `node.labels.role == load-balancer`. */
export function placementRoles(service: SwarmService): string[] {
  const constraints = service.Spec.TaskTemplate.Placement?.Constraints ?? []
  return constraints.flatMap((constraint) => {
    const match = /^node\.labels\.role\s*==\s*(\S+)$/.exec(constraint)
    return match?.[1] === undefined ? [] : [match[1]]
  })
}
