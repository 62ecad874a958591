import type { GuardRule } from "./rule.ts"

/**
 * A revert needs nothing live: git holds the configs. What must not be gone is
 * what the running definitions mount, because the way back from a failed update
 * is to send them again.
 */
export const rollbackFilesMissing: GuardRule = {
  id: "rollback-files-missing",
  reason: "A failed update is rolled back to the live definition, which needs its files.",
  check({ plan, observed }) {
    const pruned = new Set(
      plan.operations.flatMap((one) => (one.kind.startsWith("prune-") ? nameOf(one) : [])),
    )
    const there = new Set(
      [...observed.configs, ...observed.secrets]
        .map((object) => object.Spec.Name)
        .filter((name) => !pruned.has(name)),
    )
    return plan.operations.flatMap((operation) => {
      if (operation.kind !== "update-service") return []
      const { Configs, Secrets } = operation.live.Spec.TaskTemplate.ContainerSpec
      const mounted = [
        ...(Configs ?? []).map((config) => config.ConfigName),
        ...(Secrets ?? []).map((secret) => secret.SecretName),
      ]
      const gone = mounted.filter((name) => !there.has(name))
      if (gone.length === 0) return []
      return [`${operation.service.name} could not go back: ${gone.join(", ")} would be gone`]
    })
  },
}

function nameOf(operation: { kind: string; name?: string }): string[] {
  return operation.name === undefined ? [] : [operation.name]
}
