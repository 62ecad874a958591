import type { DesiredService } from "../deploy/desired.ts"
import { desiredNetworks, networkDifferences as propertiesOf } from "../deploy/networks.ts"
import { namespaceLabel, type SwarmNetwork, stackName } from "../deploy/swarm-types.ts"
import type { Difference } from "./difference.ts"

/** Compares the networks that our services define with the Swarm's. */
export function networkDifferences(
  desired: readonly DesiredService[],
  networks: readonly SwarmNetwork[],
): Difference[] {
  const wanted = desiredNetworks(desired)
  const names = new Set(wanted.map(({ name }) => name))
  const live = new Map(networks.map((network) => [network.Name, network]))
  const strangers = networks.filter(
    ({ Scope, Ingress, Driver, Name }) =>
      Scope === "swarm" && !Ingress && Driver === "overlay" && !names.has(Name),
  )
  return [
    ...wanted.flatMap((definition) => {
      const found = live.get(definition.name)
      if (found === undefined) {
        return [whole(definition.name, `a ${definition.driver} network`, null)]
      }
      return propertiesOf(definition, found).map((property) => ({
        ...whole(definition.name, property.wanted, property.live),
        field: property.field,
      }))
    }),
    ...strangers.map((network) =>
      whole(network.Name, null, `${network.Driver} network, ${owner(network)}`),
    ),
  ]
}

function whole(name: string, wanted: string | null, live: string | null): Difference {
  return { kind: "drift", object: "network", name, field: "", wanted, live }
}

function owner(network: SwarmNetwork): string {
  return network.Labels?.[namespaceLabel] === stackName ? "of our stack" : "of no stack of ours"
}
