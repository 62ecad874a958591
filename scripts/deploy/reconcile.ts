import { hasCompleted } from "./converge.ts"
import type { Desired, DesiredService } from "./desired.ts"
import { type DesiredNetwork, desiredNetworks } from "./networks.ts"
import type { Observed } from "./observe.ts"
import { type SwarmObject, type SwarmService, specHashLabel } from "./swarm-types.ts"

/** One thing to do, with the reason for it. */
export type Operation =
  | { kind: "create-config"; name: string; cause: string }
  | { kind: "create-secret"; name: string; cause: string }
  | { kind: "create-network"; name: string; network: DesiredNetwork; cause: string }
  | { kind: "create-service"; service: DesiredService; cause: string }
  | { kind: "update-service"; service: DesiredService; live: SwarmService; cause: string }
  | { kind: "remove-service"; name: string; id: string; cause: string }
  | { kind: "prune-config"; name: string; id: string; cause: string }
  | { kind: "prune-secret"; name: string; id: string; cause: string }
  | { kind: "remove-network"; name: string; id: string; cause: string }

/** Operations in the order in which they have to happen. */
export interface Plan {
  operations: Operation[]
}

/** Unused generations kept of each config and secret, so that a revert finds its files live. */
const generationsKept = 2

/**
 * Compares what the commit wants with what is live. Pure: the same input gives
 * the same plan, and an unchanged fleet gives an empty one.
 */
export function reconcile(desired: Desired, observed: Observed): Plan {
  return {
    operations: [
      ...missingConfigs(desired, observed),
      ...missingSecrets(desired, observed),
      ...missingNetworks(desired, observed),
      ...serviceOperations(desired, observed),
      ...removedServices(desired, observed),
      ...prune("prune-config", observed.configs, usedConfigs(desired, observed)),
      ...prune("prune-secret", observed.secrets, usedSecrets(desired, observed)),
      ...unusedNetworks(desired, observed),
    ],
  }
}

/** One line for each operation, as plans are printed and compared in tests. */
export function planLines(plan: Plan): string[] {
  return plan.operations.map((operation) => {
    const service = "service" in operation ? operation.service : undefined
    const what = service?.name ?? ("name" in operation ? operation.name : "")
    const how = service === undefined ? "" : `, wave ${service.wave}, ${service.impact}`
    return `${operation.kind} ${what}${how}: ${operation.cause}`
  })
}

function missingConfigs(desired: Desired, observed: Observed): Operation[] {
  const live = new Set(observed.configs.map((config) => config.Spec.Name))
  return desired.configs
    .filter((config) => !live.has(config.name))
    .map(({ name }) => ({ kind: "create-config", name, cause: "new content" }))
}

function missingSecrets(desired: Desired, observed: Observed): Operation[] {
  const live = new Set(observed.secrets.map((secret) => secret.Spec.Name))
  return desired.secrets
    .filter((secret) => !live.has(secret.name))
    .map(({ name }) => ({ kind: "create-secret", name, cause: "new value" }))
}

function missingNetworks({ services }: Desired, observed: Observed): Operation[] {
  const live = new Set(observed.networks.map((network) => network.Name))
  return desiredNetworks(services)
    .filter(({ name }) => !live.has(name))
    .map((network) => ({
      kind: "create-network",
      name: network.name,
      network,
      cause: "not there yet",
    }))
}

/** When these are removed, the services that left them have converged elsewhere, or are gone. */
function unusedNetworks({ services }: Desired, observed: Observed): Operation[] {
  const wanted = new Set(desiredNetworks(services).map(({ name }) => name))
  return observed.networks
    .filter(({ Name }) => !wanted.has(Name))
    .map(({ Id, Name }) => ({
      kind: "remove-network",
      name: Name,
      id: Id,
      cause: "no service of the stack files joins it",
    }))
}

function serviceOperations(desired: Desired, observed: Observed): Operation[] {
  const live = new Map(observed.services.map((service) => [service.Spec.Name, service]))
  return desired.services.flatMap((service): Operation[] => {
    const current = live.get(service.name)
    if (current === undefined) return [{ kind: "create-service", service, cause: "not there yet" }]
    const hash = current.Spec.Labels?.[specHashLabel]
    if (hash === service.specHash) {
      if (!service.isJob || hasCompleted(current, observed.tasks)) return []
      return [{ kind: "update-service", service, live: current, cause: "it has not completed" }]
    }
    const cause = `definition ${hash ?? "unknown"} -> ${service.specHash}`
    return [{ kind: "update-service", service, live: current, cause }]
  })
}

function removedServices(desired: Desired, observed: Observed): Operation[] {
  const wanted = new Set(desired.services.map((service) => service.name))
  const gone = observed.services.filter((service) => !wanted.has(service.Spec.Name))
  const remove = (service: SwarmService, cause: string): Operation => ({
    kind: "remove-service",
    name: service.Spec.Name,
    id: service.ID,
    cause,
  })
  return [
    ...gone
      .filter((service) => !isJob(service))
      .map((service) => remove(service, "no longer in the stack files")),
    ...olderGenerations(gone.filter(isJob), (service) => service.Spec.Name).map((service) =>
      remove(service, `a job older than the last ${generationsKept}`),
    ),
  ]
}

function isJob(service: SwarmService): boolean {
  return service.Spec.Mode.ReplicatedJob !== undefined
}

/** All but the newest `generationsKept` of each name without its hash. */
function olderGenerations<T extends { CreatedAt: string }>(
  objects: T[],
  nameOf: (object: T) => string,
): T[] {
  const generations = Map.groupBy(objects, (object) => nameOf(object).replace(/[_-][0-9a-f]+$/, ""))
  return [...generations.values()].flatMap((group) =>
    group.toSorted((a, b) => (a.CreatedAt < b.CreatedAt ? 1 : -1)).slice(generationsKept),
  )
}

/** Rollback needs PreviousSpec's files too; Docker's own in-use check forgets those. */
function usedConfigs(desired: Desired, observed: Observed): Set<string> {
  const live = observed.services.flatMap((service) =>
    [service.Spec, service.PreviousSpec].flatMap((spec) =>
      (spec?.TaskTemplate.ContainerSpec.Configs ?? []).map((config) => config.ConfigName),
    ),
  )
  return new Set([...live, ...desired.configs.map((config) => config.name)])
}

function usedSecrets(desired: Desired, observed: Observed): Set<string> {
  const live = observed.services.flatMap((service) =>
    [service.Spec, service.PreviousSpec].flatMap((spec) =>
      (spec?.TaskTemplate.ContainerSpec.Secrets ?? []).map((secret) => secret.SecretName),
    ),
  )
  return new Set([...live, ...desired.secrets.map((secret) => secret.name)])
}

function prune(
  kind: "prune-config" | "prune-secret",
  objects: SwarmObject[],
  used: Set<string>,
): Operation[] {
  const unused = objects.filter((object) => !used.has(object.Spec.Name))
  return olderGenerations(unused, (object) => object.Spec.Name).map((object) => ({
    kind,
    name: object.Spec.Name,
    id: object.ID,
    cause: `unused, older than the last ${generationsKept} generations`,
  }))
}
