import type { DesiredService } from "../deploy/desired.ts"
import {
  actorLabel,
  commitLabel,
  namespaceLabel,
  type ServiceSpec,
  type SwarmService,
  specHashLabel,
  stackName,
} from "../deploy/swarm-types.ts"
import { convertStack } from "./convert.ts"
import type { Difference } from "./difference.ts"
import { type Facts, specFacts } from "./facts.ts"
import { shown } from "./hidden.ts"
import type { Live } from "./live.ts"
import type { Json } from "./stack-value.ts"

/**
 * Compares services. A live service says by its label which definition was
 * applied: another one than git's is `pending`; fields that differ from the
 * applied definition are `drift`. `applied` holds older definitions by hash,
 * so that drift is found below a pending change as well.
 */
export function serviceDifferences(
  desired: DesiredService[],
  live: Live,
  applied: ReadonlyMap<string, DesiredService>,
): Difference[] {
  const current = new Map(live.allServices.map((service) => [service.Spec.Name, service]))
  const wanted = new Set(desired.map((service) => service.name))
  return [
    ...desired.flatMap((service) => {
      const found = current.get(service.name)
      return found === undefined ? [] : compareService(service, found, live.networkNames, applied)
    }),
    ...missingServices(desired, live),
    ...live.allServices
      .filter((service) => !wanted.has(service.Spec.Name) && !isFinishedJob(service))
      .map(extra),
  ]
}

/** Fields of a live service that differ from a definition, with Docker's names. */
export function fieldDifferences(
  definition: DesiredService,
  live: SwarmService,
  names: Map<string, string>,
): Difference[] {
  const wanted = specFacts(convertStack(stackName, definition.shortName, definition.stack), names)
  const found = specFacts(live.Spec as unknown as Json, names)
  const before = previousFacts(live.PreviousSpec, names)
  const paths = [...new Set([...wanted.keys(), ...found.keys()])].sort()
  return paths
    .filter((path) => !sameFact(path, wanted.get(path), found.get(path)))
    .map((path): Difference => {
      const field = fieldName(path)
      const was = wanted.get(path) ?? null
      return {
        kind: "drift",
        object: "service",
        name: definition.name,
        field,
        wanted: was,
        live: shown(field, found.get(path) ?? null),
        recorded: recorded(live, before !== undefined && sameFact(path, was, before.get(path))),
      }
    })
}

/** Jobs of earlier commits are kept, as the record that they ran. */
function isFinishedJob({ Spec }: SwarmService): boolean {
  return Spec.Mode.ReplicatedJob !== undefined && Spec.Labels?.[namespaceLabel] === stackName
}

function compareService(
  service: DesiredService,
  live: SwarmService,
  names: Map<string, string>,
  applied: ReadonlyMap<string, DesiredService>,
): Difference[] {
  const hash = live.Spec.Labels?.[specHashLabel]
  if (hash === service.specHash) return fieldDifferences(service, live, names)
  if (hash === undefined) {
    return [
      { ...label(service, null, live), kind: "drift" },
      ...fieldDifferences(service, live, names),
    ]
  }
  const older = applied.get(hash)
  const drifted = older === undefined ? [] : fieldDifferences(older, live, names)
  return [label(service, hash, live), ...drifted]
}

function label(service: DesiredService, hash: string | null, live: SwarmService): Difference {
  return {
    kind: "pending",
    object: "service",
    name: service.name,
    field: `Labels.${specHashLabel}`,
    wanted: service.specHash,
    live: hash,
    recorded: recorded(live, false),
  }
}

/** Services that are not there at all. */
export function missingServices(desired: DesiredService[], live: Live): Difference[] {
  const names = new Set(live.allServices.map((service) => service.Spec.Name))
  return desired.filter(({ name }) => !names.has(name)).map(missing)
}

function missing(service: DesiredService): Difference {
  return {
    // A job that is not there has yet to run, which is apply's to do.
    kind: service.isJob ? "pending" : "drift",
    object: "service",
    name: service.name,
    field: "",
    wanted: `definition ${service.specHash}`,
    live: null,
  }
}

function extra(service: SwarmService): Difference {
  const ours = service.Spec.Labels?.[namespaceLabel] === stackName
  return {
    kind: "drift",
    object: "service",
    name: service.Spec.Name,
    field: "",
    wanted: null,
    live: ours ? `in the stack ${stackName}` : "of no stack of ours",
    recorded: recorded(service, false),
  }
}

function sameFact(path: string, wanted: string | null | undefined, live: string | undefined) {
  if (wanted === live) return true
  // The manager adds the digest that it resolved a tag to.
  return (
    path.endsWith("ContainerSpec.Image") && live?.replace(/@sha256:[0-9a-f]{64}$/, "") === wanted
  )
}

function previousFacts(spec: ServiceSpec | undefined, names: Map<string, string>) {
  return spec === undefined ? undefined : (specFacts(spec as unknown as Json, names) as Facts)
}

function fieldName(path: string): string {
  return path.replace(/^TaskTemplate\.(ContainerSpec\.)?/, "")
}

/** Swarm keeps when and the spec before; who sent it, only apply says, in its labels. */
function recorded(service: SwarmService, byLastUpdate: boolean): string {
  const rolledBack = /^rollback/.test(service.UpdateStatus?.State ?? "")
    ? ", Swarm rolled the last update back"
    : ""
  const { [actorLabel]: actor, [commitLabel]: commit = "" } = service.Spec.Labels ?? {}
  const applied = actor === undefined ? "" : `, applied by ${actor} from ${commit.slice(0, 12)}`
  return `${byLastUpdate ? "changed" : "last update"} ${service.UpdatedAt}, version ${service.Version.Index}${rolledBack}${applied}`
}
