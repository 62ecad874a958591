import type { SwarmService } from "../deploy/swarm-types.ts"
import type { Difference } from "./difference.ts"
import { shown } from "./hidden.ts"
import type { Live } from "./live.ts"
import { record } from "./stack-value.ts"

/** A change of `environments/<env>.yaml` that makes git say what is live. */
export interface Adoption {
  /** Path in the spec; null when no field of the spec expresses the difference. */
  path: string | null
  value: string | null
  reason: string
}

const appService = "quickcart_app"

/** How each difference could be accepted into the spec, where a field for it exists. */
export function adoptions(differences: Difference[], live: Live): Adoption[] {
  const app = live.allServices.find((service) => service.Spec.Name === appService)
  return differences
    .filter((difference) => difference.kind === "drift")
    .map((difference) => {
      const change =
        difference.name === appService && difference.object === "service" && app !== undefined
          ? appChange(difference, app)
          : undefined
      const reason = `${difference.name} ${difference.field}`.trim()
      return { path: change?.[0] ?? null, value: change?.[1] ?? null, reason }
    })
}

/** Adoptions as lines of the spec; what cannot be adopted is named as well. */
export function adoptionLines(found: Adoption[], file: string): string[] {
  const unique = (lines: string[]) => [...new Set(lines)]
  const changes = found.filter((one) => one.path !== null)
  const others = found.filter((one) => one.path === null)
  return [
    ...(changes.length === 0 ? [] : [`To accept it, set in ${file}:`]),
    ...unique(changes.map((one) => `  ${one.path}: ${one.value}`)),
    ...unique(others.map((one) => `No field of the spec expresses ${one.reason}; heal it.`)),
  ]
}

type Change = [path: string, value: string]

function appChange({ field, live }: Difference, app: SwarmService): Change | undefined {
  const { TaskTemplate, Mode, UpdateConfig } = app.Spec as SwarmService["Spec"] & {
    UpdateConfig?: unknown
  }
  const container = record(TaskTemplate.ContainerSpec)
  const resources = record(record(TaskTemplate).Resources)
  const update = record(UpdateConfig)
  if (field === "Mode.Replicated.Replicas") {
    return ["app.replicas", String(Mode.Replicated?.Replicas ?? 0)]
  }
  if (field === "Image") return ["app.image", withoutDigest(String(container.Image))]
  if (field.startsWith("Env.")) return environmentChange(field.slice(4), container)
  const limit = /^Resources\.(Limits|Reservations)\.(NanoCPUs|MemoryBytes)$/.exec(field)
  if (limit !== null) {
    const amount = Number(record(resources[limit[1] ?? ""])[limit[2] ?? ""] ?? 0)
    return limit[2] === "NanoCPUs"
      ? ["app.resources.cpu", String(amount / 1e9)]
      : ["app.resources.memory", `${amount / 1e6}MB`]
  }
  if (field === "StopGracePeriod" && live !== null) return ["app.stopGracePeriod", live]
  if (field === "UpdateConfig.Parallelism") {
    return ["app.update.parallelism", String(update.Parallelism ?? 0)]
  }
  if (field === "UpdateConfig.Delay") return ["app.update.delay", live ?? "0s"]
  if (field === "UpdateConfig.Monitor" && live !== null) return ["app.update.monitor", live]
  return undefined
}

/** Variables that the generator sets from fields of their own. */
const ownFields: Record<string, (value: string) => Change> = {
  PORT: (value) => ["app.port", value],
  HEALTH_PATH: (value) => ["app.healthPath", value],
  DRAIN_SECONDS: (value) => ["app.drain", `${value}s`],
}

function environmentChange(name: string, container: Record<string, unknown>): Change | undefined {
  const entries = (container.Env ?? []) as string[]
  const value = entries.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1)
  if (value === undefined)
    return name in ownFields ? undefined : [`app.environment.${name}`, "(remove it)"]
  const own = ownFields[name]?.(value)
  if (own !== undefined) return own
  // A secret must not become a plain variable in git by accepting it.
  const plain = shown(`variable ${name}`, value)
  return plain === value ? [`app.environment.${name}`, JSON.stringify(value)] : undefined
}

function withoutDigest(image: string): string {
  return /:[\w.-]+@sha256:/.test(image) ? image.replace(/@sha256:[0-9a-f]{64}$/, "") : image
}
