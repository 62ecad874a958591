import { formatPath } from "../../schema/problem.ts"
import type { DesiredService } from "../deploy/desired.ts"
import type { SwarmService } from "../deploy/swarm-types.ts"
import type { Attribution } from "./attribute.ts"
import { definitionOf, serviceFields } from "./definition.ts"
import { type FieldChange, fieldChanges } from "./field-diff.ts"
import type { Cause, Origin } from "./model.ts"

const longestValue = 80

/** What changes between two definitions of one service, and who asked for it. */
export function serviceCauses(
  before: DesiredService,
  after: DesiredService,
  attribution: Attribution | undefined,
): Cause[] {
  const changes = fieldChanges(serviceFields(before), serviceFields(after))
  return causes(changes, `service ${after.shortName}`, attribution)
}

/** What can be told from the live definition alone, when its files are unknown. */
export function liveCauses(live: SwarmService, after: DesiredService): Cause[] {
  const { ContainerSpec } = live.Spec.TaskTemplate
  const { Replicated } = live.Spec.Mode
  const wanted = definitionOf(after)
  const fields = serviceFields(after)
  const named = (section: unknown) => Object.values((section ?? {}) as Record<string, string>)
  const changes = fieldChanges(
    {
      // Docker pins a tag to the digest it found; the files name the tag.
      image: ContainerSpec.Image.startsWith(`${wanted.image}@`)
        ? wanted.image
        : ContainerSpec.Image,
      configContent: (ContainerSpec.Configs ?? []).map((one) => one.ConfigName).sort(),
      secretValue: (ContainerSpec.Secrets ?? []).map((one) => one.SecretName).sort(),
      deploy: {
        mode: Replicated === undefined ? "global" : "replicated",
        replicas: Replicated?.Replicas,
      },
    },
    {
      image: wanted.image,
      configContent: named(fields.configContent).sort(),
      secretValue: named(fields.secretValue).sort(),
      deploy: {
        mode: wanted.deploy.mode ?? "replicated",
        replicas: wanted.deploy.mode === "global" ? undefined : (wanted.deploy.replicas ?? 1),
      },
    },
  )
  return causes(changes, `service ${after.shortName}`, undefined)
}

/** Changes of a unit (`service x`, `host y`) with the places they come from. */
export function causes(
  changes: FieldChange[],
  unit: string,
  attribution: Attribution | undefined,
): Cause[] {
  return changes.map(({ path, before, after }) => {
    const field = formatPath(path)
    return {
      field,
      ...(before === undefined ? {} : { before: shorten(before) }),
      ...(after === undefined ? {} : { after: shorten(after) }),
      origins: attribution === undefined ? [] : originsOf(attribution, unit, field),
    }
  })
}

/** What no edit of the environment explains comes from the images or the generators. */
function originsOf(attribution: Attribution, unit: string, field: string): Origin[] {
  const found = attribution.originsOf(unit, field)
  if (found.length > 0 || field.startsWith("secretValue")) return found
  return [{ file: field === "image" ? "images/lock.json" : "generators/", line: null, field: "" }]
}

function shorten(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return text.length > longestValue ? `${text.slice(0, longestValue - 3)}...` : text
}
