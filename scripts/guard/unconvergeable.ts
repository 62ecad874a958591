import { stackName } from "../deploy/swarm-types.ts"
import { definitionOf } from "../plan/definition.ts"
import type { GuardRule } from "./rule.ts"

export const modeChange: GuardRule = {
  id: "mode-change",
  reason: "Swarm refuses to turn a global service into a replicated one, or back.",
  check: ({ plan }) =>
    plan.operations.flatMap((operation) => {
      if (operation.kind !== "update-service") return []
      const before = operation.live.Spec.Mode.Replicated === undefined ? "global" : "replicated"
      const after = definitionOf(operation.service).deploy.mode ?? "replicated"
      if (before === after) return []
      return [
        `${operation.service.name} would change from ${before} to ${after}; give the service a new name instead`,
      ]
    }),
}

interface Network {
  name?: string
  external?: boolean
  driver?: string
  driver_opts?: Record<string, string>
}

/** Options that Docker itself adds to a live overlay. */
const assigned = /^com\.docker\.network\.driver\.overlay\.vxlanid_list$/

export const networkChange: GuardRule = {
  id: "network-change",
  reason: "Swarm keeps an existing network as it is, whatever the files say under the same name.",
  check({ desired, facts }) {
    const wanted = new Map<string, Network>()
    for (const { stack } of desired.services) {
      for (const [key, network] of Object.entries((stack.networks ?? {}) as object)) {
        const { external, name } = network as Network
        if (external !== true) wanted.set(name ?? `${stackName}_${key}`, network as Network)
      }
    }
    return (facts.networks ?? []).flatMap(({ name, driver, options }) => {
      const network = wanted.get(name)
      if (network === undefined) return []
      const live = Object.fromEntries(
        Object.entries(options).filter(([option]) => !assigned.test(option)),
      )
      const before = describe(driver, live)
      const after = describe(network.driver ?? "overlay", network.driver_opts ?? {})
      if (before === after) return []
      return [`${name} is ${before} and would stay so; the files want ${after} under a new name`]
    })
  },
}

function describe(driver: string, options: Record<string, string>): string {
  const pairs = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${driver}(${pairs.map(([option, value]) => `${option}=${value}`).join(", ")})`
}
