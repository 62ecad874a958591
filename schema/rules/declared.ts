import type { EnvironmentSpec } from "../environment.ts"
import type { Rule } from "./rule.ts"

/** Shrinks as components land; empty means that every field has an effect. */
const withoutComponent: [path: string[], declared: (spec: EnvironmentSpec) => unknown][] = [
  [["network", "operators"], (spec) => spec.network.operators],
  [["edge", "cdn"], (spec) => spec.edge.cdn],
  [["edge", "waitingRoom"], (spec) => spec.edge.waitingRoom],
  [["backup"], (spec) => spec.backup],
  [["scaling"], (spec) => (spec.monitoring === undefined ? spec.scaling : undefined)],
  [["scaling", "objectStorageBandwidth"], (spec) => watchedTriggers(spec)?.objectStorageBandwidth],
  [["flashSales"], (spec) => spec.flashSales],
]

/** The triggers of a spec whose monitoring makes alerts of them. */
function watchedTriggers({ monitoring, scaling }: EnvironmentSpec) {
  return monitoring === undefined ? undefined : scaling
}

export const rendered: Rule = {
  id: "spec/rendered",
  reason: "What a spec declares and nothing renders must not be taken for live.",
  severity: "warning",
  check(_, spec) {
    const message =
      "is checked and counted, but nothing is deployed from it yet; do not rely on it in this fleet"
    return withoutComponent
      .filter(([, declared]) => declared(spec) !== undefined)
      .map(([path]) => ({ path, message }))
  },
}
