import type { SwarmService } from "../deploy/swarm-types.ts"

/** The host that a service's constraints name, if they name one. */
export function placementHost(service: SwarmService): string | undefined {
  return constraintValues(service, "host")[0]
}

/** Roles that a service's constraints name, `node.labels.role == load-balancer`. */
export function placementRoles(service: SwarmService): string[] {
  return constraintValues(service, "role")
}

function constraintValues(service: SwarmService, label: "host" | "role"): string[] {
  const constraints = service.Spec.TaskTemplate.Placement?.Constraints ?? []
  return constraints.flatMap((constraint) => {
    const match = /^node\.labels\.(\w+)\s*==\s*(\S+)$/.exec(constraint)
    return match?.[1] === label && match[2] !== undefined ? [match[2]] : []
  })
}
