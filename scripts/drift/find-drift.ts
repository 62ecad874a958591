import type { Desired, DesiredService } from "../deploy/desired.ts"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { namespaceLabel, specHashLabel, stackName } from "../deploy/swarm-types.ts"
import { settingDifferences } from "./database-settings.ts"
import { fileDifferences } from "./delivered-files.ts"
import type { Difference } from "./difference.ts"
import { judgedByCommit, type LastApplied } from "./last-applied.ts"
import type { Live } from "./live.ts"
import { networkDifferences } from "./networks.ts"
import { nodeDifferences } from "./nodes.ts"
import { configDifferences, secretDifferences } from "./objects.ts"
import { missingServices, serviceDifferences } from "./services.ts"

/** What was applied, as far as it can be told. */
export interface Applied {
  /** Definitions of older commits by their hash. */
  definitions: ReadonlyMap<string, DesiredService>
  last: LastApplied | undefined
}

/**
 * Every difference between the commit and the live fleet. Pure: the same input
 * gives the same list, and a fleet that equals the commit gives an empty one,
 * whatever its tasks are doing. `applied` tells drift from what awaits apply.
 */
export function findDrift(
  desired: Desired,
  live: Live,
  fleet: FleetFile,
  applied: Applied,
): Difference[] {
  const { last, definitions } = applied
  const values = new Map(desired.secrets.map((secret) => [secret.name, secret.value]))
  const services = serviceDifferences(desired.services, live, definitions)
    .map((difference) => judged(difference, live))
    .flatMap((one) =>
      one.kind === "drift" && one.field === "" && one.live === null
        ? judgedByCommit([one], last && missingServices(last.services, live), last)
        : [one],
    )
  const pending = new Set(services.filter((one) => one.kind === "pending").map((one) => one.name))
  return [
    ...judgedByCommit(
      nodeDifferences(fleet, live.nodes),
      last?.fleet && nodeDifferences(last.fleet, live.nodes),
      last,
    ),
    ...judgedByCommit(
      networkDifferences(desired.services, live.allNetworks),
      last && networkDifferences(last.services, live.allNetworks),
      last,
    ),
    ...configDifferences(desired.configs, live.allConfigs).map((difference) =>
      awaitsApply(difference, desired, pending),
    ),
    ...secretDifferences(desired.secrets, live.secrets),
    ...services,
    ...settingDifferences(live),
    ...fileDifferences(live, fleet, known(values)),
  ]
}

/** Services that apply made and git no longer has, and a fleet that saw no apply yet, wait for one. */
function judged(difference: Difference, live: Live): Difference {
  if (difference.field !== "") return difference
  const service = live.allServices.find((one) => one.Spec.Name === difference.name)
  const labels = service?.Spec.Labels ?? {}
  const left = labels[namespaceLabel] === stackName && labels[specHashLabel] !== undefined
  const virgin = service === undefined && live.services.length === 0
  return left || virgin ? { ...difference, kind: "pending" } : difference
}

/** A config that is not there yet is pending when a service that mounts it is. */
function awaitsApply(difference: Difference, desired: Desired, pending: Set<string>): Difference {
  const mounting = desired.services.filter((service) => service.configs.includes(difference.name))
  const waits = difference.live === null && mounting.some((service) => pending.has(service.name))
  return waits ? { ...difference, kind: "pending" } : difference
}

function known(values: Map<string, string>): Map<string, string> {
  return new Map([...values].filter(([, value]) => value !== ""))
}
