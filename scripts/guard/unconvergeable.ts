import { attachedTo, desiredNetworks, networkDifferences, networksOf } from "../deploy/networks.ts"
import type { SwarmService } from "../deploy/swarm-types.ts"
import { definitionOf } from "../plan/definition.ts"
import type { GuardInput, GuardRule } from "./rule.ts"

export const modeChange: GuardRule = {
  id: "mode-change",
  reason: "Swarm refuses to turn a global service into a replicated one, or back.",
  check: ({ plan }) =>
    plan.operations.flatMap((operation) => {
      if (operation.kind !== "update-service") return []
      const before = modeOf(operation.live)
      const after = definitionOf(operation.service).deploy.mode ?? "replicated"
      if (before === after) return []
      return [
        `${operation.service.name} would change from ${before} to ${after}; give the service a new name instead`,
      ]
    }),
}

function modeOf({ Spec: { Mode } }: SwarmService): string {
  if (Mode.Replicated !== undefined) return "replicated"
  return Mode.ReplicatedJob === undefined ? "global" : "replicated-job"
}

export const networkChange: GuardRule = {
  id: "network-change",
  reason:
    "Swarm changes no network in place, and services that move to another one wave after wave lose each other.",
  check: (input) => [...changedInPlace(input), ...partings(input)],
}

function changedInPlace({ desired, observed }: GuardInput): string[] {
  const live = new Map(observed.networks.map((network) => [network.Name, network]))
  return desiredNetworks(desired.services).flatMap((network) => {
    const found = live.get(network.name)
    const differences = found === undefined ? [] : networkDifferences(network, found)
    if (differences.length === 0) return []
    const fields = differences.map(
      ({ field, wanted, live }) => `${field} ${live ?? "unset"} (the files: ${wanted ?? "unset"})`,
    )
    return [
      `${network.name} would keep ${fields.join(", ")}; give the changed network a new name and move its services there in three commits (docs/plan.md, "A network that changes")`,
    ]
  })
}

/**
 * Services that share a network now and will share one, but share none in
 * between, when one has moved and the other, of the same wave or a later one,
 * has not.
 */
function partings({ plan, desired, observed }: GuardInput): string[] {
  const before = new Map(
    observed.services.map((live) => [live.Spec.Name, attachedTo(live, observed.networks)]),
  )
  const after = new Map(
    desired.services.map((one) => [one.name, networksOf(one).map(({ name }) => name)]),
  )
  const changed = plan.operations.flatMap((one) =>
    one.kind === "update-service" ? one.service : [],
  )
  return changed.flatMap((first) =>
    desired.services
      .filter((second) => second.name !== first.name && second.wave >= first.wave)
      .filter(
        (second) =>
          meet(before.get(first.name), before.get(second.name)) &&
          meet(after.get(first.name), after.get(second.name)) &&
          !meet(after.get(first.name), before.get(second.name)),
      )
      .map(
        (second) =>
          `${first.name} would leave ${before.get(first.name)?.join(", ")} before ${second.name} does; let one of them join both networks in a commit before (docs/plan.md, "A network that changes")`,
      ),
  )
}

function meet(some: string[] = [], others: string[] = []): boolean {
  return some.some((name) => others.includes(name))
}
