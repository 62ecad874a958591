import { type Json, list, record } from "./stack-value.ts"

/** A service spec as comparable facts: `TaskTemplate.ContainerSpec.Env.PORT` -> `3000`. */
export type Facts = Map<string, string>

/** What Swarm or the client adds without meaning: a restart counter, the platform of the image. */
const meaningless = new Set([
  "Name",
  "TaskTemplate.ForceUpdate",
  "TaskTemplate.Runtime",
  "TaskTemplate.Placement.Platforms",
])

const durations = new Set([
  ...["StopGracePeriod", "Interval", "Timeout", "StartPeriod", "StartInterval"],
  ...["Delay", "Monitor", "Window"],
])

/** Lists whose order means nothing to Swarm. */
const unordered = new Set(["Constraints", "CapabilityAdd", "CapabilityDrop", "Aliases", "Groups"])

/** What Swarm assumes where nothing is said (swarmkit, api/defaults/service.go). */
const rollDefaults = {
  Parallelism: 1,
  FailureAction: "pause",
  Monitor: 5_000_000_000,
  Order: "stop-first",
}

/**
 * Normalises a service spec, converted or live: defaults are filled in, empty
 * values dropped, lists that are sets keyed by what identifies an element, and
 * networks named. Two specs that Swarm treats alike give the same facts.
 * `networkNames` maps network ids to names.
 */
export function specFacts(spec: Json, networkNames: Map<string, string>): Facts {
  const facts: Facts = new Map()
  const { Mode, ...rest } = withDefaults(spec)
  const mode = Object.keys(record(Mode))[0] ?? "Replicated"
  facts.set("Mode", mode)
  if (mode === "Replicated") {
    facts.set("Mode.Replicated.Replicas", String(record(record(Mode).Replicated).Replicas ?? 1))
  }
  flatten(rest, "", facts, networkNames)
  return facts
}

function withDefaults(spec: Json): Json {
  const task = record(spec.TaskTemplate)
  return {
    ...spec,
    TaskTemplate: {
      ...task,
      ContainerSpec: filled({ StopGracePeriod: 10_000_000_000 }, task.ContainerSpec),
      RestartPolicy: filled({ Condition: "any", Delay: 5_000_000_000 }, task.RestartPolicy),
    },
    UpdateConfig: filled(rollDefaults, spec.UpdateConfig),
    RollbackConfig: filled(rollDefaults, spec.RollbackConfig),
    EndpointSpec: filled({ Mode: "vip" }, spec.EndpointSpec),
  }
}

function filled(defaults: Json, value: unknown): Json {
  const said = Object.entries(record(value)).filter(([, inner]) => inner !== undefined)
  return { ...defaults, ...Object.fromEntries(said) }
}

function flatten(value: unknown, path: string, facts: Facts, names: Map<string, string>): void {
  if (meaningless.has(path) || isZero(value)) return
  const key = path.slice(path.lastIndexOf(".") + 1)
  if (Array.isArray(value)) {
    flattenList(value, key, path, facts, names)
    return
  }
  if (typeof value === "object") {
    for (const [inner, child] of Object.entries(value as Json)) {
      flatten(child, path === "" ? inner : `${path}.${inner}`, facts, names)
    }
    return
  }
  if (path === "TaskTemplate.ContainerSpec.Isolation" && value === "default") return
  // Bookkeeping of apply itself; the definition's hash is judged apart.
  if (path.startsWith("Labels.quickcart.")) return
  facts.set(path, display(key, value))
}

function flattenList(
  values: unknown[],
  key: string,
  path: string,
  facts: Facts,
  names: Map<string, string>,
): void {
  if (key === "Env") {
    for (const entry of values.map(String)) {
      const at = entry.indexOf("=")
      facts.set(`${path}.${at < 0 ? entry : entry.slice(0, at)}`, at < 0 ? "" : entry.slice(at + 1))
    }
    return
  }
  const identify = identities[key]
  if (identify !== undefined) {
    for (const value of values) {
      const { id, is, ...rest } = identify(record(value), names)
      facts.set(`${path}.${id}`, is)
      flatten(rest, `${path}.${id}`, facts, names)
    }
    return
  }
  const unique = unordered.has(key) ? [...new Set(values.map(String))].sort() : values
  facts.set(
    path,
    unique.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join(", "),
  )
}

type Identified = Json & { id: string; is: string }

const identities: Record<string, (value: Json, names: Map<string, string>) => Identified> = {
  Networks: ({ Target, ...rest }, names) => ({
    ...rest,
    id: names.get(String(Target)) ?? String(Target),
    is: "attached",
  }),
  Mounts: ({ Target, Type, Source, ...rest }) => ({
    ...rest,
    id: String(Target),
    is: `${Type ?? "volume"} ${Source ?? ""}`.trim(),
  }),
  Configs: ({ File, ConfigName }) => mountedFile(record(File), String(ConfigName)),
  Secrets: ({ File, SecretName }) => mountedFile(record(File), String(SecretName)),
  Ports: ({ Protocol, TargetPort, PublishedPort, PublishMode }) => ({
    id: `${PublishedPort ?? "any"}/${Protocol ?? "tcp"}`,
    is: `to ${TargetPort}, ${PublishMode ?? "ingress"}`,
  }),
  Ulimits: ({ Name, Soft, Hard }) => ({ id: String(Name), is: `${Soft ?? 0}:${Hard ?? 0}` }),
}

function mountedFile(file: Json, name: string): Identified {
  const mode = `0${Number(file.Mode ?? 0).toString(8)}`
  return { id: String(file.Name), is: `${name} ${mode} ${file.UID ?? "0"}:${file.GID ?? "0"}` }
}

function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === 0) return true
  if (value === false) return true
  return Array.isArray(value) ? list(value).length === 0 : false
}

function display(key: string, value: unknown): string {
  if (durations.has(key) && typeof value === "number") return `${value / 1e9}s`
  return String(value)
}
