import type { DesiredService } from "../deploy/desired.ts"
import { namespaceLabel, stackName } from "../deploy/swarm-types.ts"
import type { Difference } from "./difference.ts"
import type { SwarmNetwork } from "./live.ts"
import { record } from "./stack-value.ts"

interface WantedNetwork {
  driver: string
  options: Record<string, unknown>
  attachable: boolean
  internal: boolean
}

/** Compares the networks that our services define with the Swarm's. */
export function networkDifferences(
  desired: DesiredService[],
  networks: SwarmNetwork[],
): Difference[] {
  const wanted = wantedNetworks(desired)
  const live = new Map(networks.map((network) => [network.Name, network]))
  const strangers = networks.filter(
    (network) => network.Scope === "swarm" && !network.Ingress && !wanted.has(network.Name),
  )
  return [
    ...[...wanted].flatMap(([name, definition]) => {
      const found = live.get(name)
      return found === undefined
        ? [difference(name, "", `a ${definition.driver} network`, null)]
        : compare(name, definition, found)
    }),
    ...strangers
      .filter((network) => network.Driver === "overlay")
      .map((network) =>
        difference(network.Name, "", null, `${network.Driver} network, ${owner(network)}`),
      ),
  ]
}

function wantedNetworks(desired: DesiredService[]): Map<string, WantedNetwork> {
  const sections = desired.flatMap(({ stack }) => Object.entries(record(stack.networks)))
  return new Map(
    sections
      .map(([key, value]) => [key, record(value)] as const)
      .filter(([, definition]) => definition.external !== true)
      .map(([key, definition]) => [
        String(definition.name ?? `${stackName}_${key}`),
        {
          driver: String(definition.driver ?? "overlay"),
          options: record(definition.driver_opts),
          attachable: definition.attachable === true,
          internal: definition.internal === true,
        },
      ]),
  )
}

function compare(name: string, wanted: WantedNetwork, live: SwarmNetwork): Difference[] {
  // Swarm numbers the network itself.
  const { "com.docker.network.driver.overlay.vxlanid_list": _, ...options } = live.Options ?? {}
  const keys = [...new Set([...Object.keys(wanted.options), ...Object.keys(options)])].sort()
  const facts: [string, string | null, string | null][] = [
    ["Driver", wanted.driver, live.Driver],
    ["Attachable", String(wanted.attachable), String(live.Attachable)],
    ["Internal", String(wanted.internal), String(live.Internal)],
    ...keys.map((key): [string, string | null, string | null] => [
      `Options.${key}`,
      key in wanted.options ? String(wanted.options[key]) : null,
      options[key] ?? null,
    ]),
  ]
  return facts
    .filter(([, git, found]) => git !== found)
    .map(([field, git, found]) => difference(name, field, git, found))
}

function difference(
  name: string,
  field: string,
  wanted: string | null,
  live: string | null,
): Difference {
  return { kind: "drift", object: "network", name, field, wanted, live }
}

function owner(network: SwarmNetwork): string {
  return network.Labels?.[namespaceLabel] === stackName ? "of our stack" : "of no stack of ours"
}
