import type { Desired, DesiredService } from "../deploy/desired.ts"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { namespaceLabel, specHashLabel, stackName } from "../deploy/swarm-types.ts"
import { settingDifferences } from "./database-settings.ts"
import { fileDifferences } from "./delivered-files.ts"
import type { Difference } from "./difference.ts"
import type { Live } from "./live.ts"
import { networkDifferences } from "./networks.ts"
import { nodeDifferences } from "./nodes.ts"
import { configDifferences, secretDifferences } from "./objects.ts"
import { serviceDifferences } from "./services.ts"

/**
 * Every difference between the commit and the live fleet. Pure: the same input
 * gives the same list, and a fleet that equals the commit gives an empty one,
 * whatever its tasks are doing. `applied` holds definitions from older commits
 * by their hash.
 */
export function findDrift(
  desired: Desired,
  live: Live,
  fleet: FleetFile,
  applied: ReadonlyMap<string, DesiredService> = new Map(),
): Difference[] {
  const values = new Map(desired.secrets.map((secret) => [secret.name, secret.value]))
  const services = serviceDifferences(desired.services, live, applied).map((difference) =>
    judged(difference, live),
  )
  const pending = new Set(services.filter((one) => one.kind === "pending").map((one) => one.name))
  return [
    ...nodeDifferences(fleet, live.nodes),
    ...networkDifferences(desired.services, live.allNetworks),
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
