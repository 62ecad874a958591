import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"
import { Failure } from "../io/failure.ts"
import { readParsed } from "../io/files.ts"
import { durationSeconds } from "../plan/duration.ts"
import type { ResolvedSecret } from "../secrets/source.ts"
import { stackName } from "./swarm-types.ts"

type Definitions = Record<string, Record<string, unknown>>

/** What one of several hosts holds for all of them (generators/core/component.ts). */
export type Leader = "vip" | "primary" | "none"

/** An alert that a planned change may raise, of one host where it has the label `node`. */
export interface ExpectedAlert {
  name: string
  node?: string
}

/** How a service is deployed: `x-quickcart` in the stack file. */
interface Rollout {
  wave: number
  deadlineSeconds: number
  impact: "reload" | "restart" | "unseen"
  leader?: Leader
  alerts?: ExpectedAlert[]
}

/** One service as the commit wants it. */
export interface DesiredService {
  /** Name in Swarm, e.g. `quickcart_haproxy`. */
  name: string
  shortName: string
  wave: number
  deadlineSeconds: number
  impact: "reload" | "restart" | "unseen"
  /** Services of a wave that share one are changed one at a time, the leading host last. */
  leader: Leader | undefined
  /** Silenced while it is changed. */
  alerts: ExpectedAlert[]
  /** Host it is pinned to. */
  host: string | undefined
  /** Runs to completion, once for each content, before later waves start. */
  isJob: boolean
  /** How long it has to run well before it counts as converged. */
  monitorSeconds: number
  /** Covers the definition and the names of everything it mounts. */
  specHash: string
  /** A stack file of its own, ready for `docker stack deploy`. */
  stack: Record<string, unknown>
  configs: string[]
}

export interface DesiredConfig {
  name: string
  data: string
}

/** Everything the commit wants to be live. */
export interface Desired {
  services: DesiredService[]
  configs: DesiredConfig[]
  secrets: ResolvedSecret[]
}

interface StackFile {
  version: string
  services: Definitions
  networks?: Definitions
  volumes?: Definitions
  secrets?: Definitions
  configs?: Record<string, { name: string; file: string }>
}

/**
 * Reads the stack files of an environment. Throws a Failure when there are
 * none or one refers to a file that is not there.
 */
export function readDesired(directory: string, secrets: ResolvedSecret[]): Desired {
  const names = existsSync(directory)
    ? readdirSync(directory).filter((name) => name.endsWith(".stack.yaml"))
    : []
  if (names.length === 0) {
    throw new Failure(`no stack files in ${directory}; run: npx quickcart render`)
  }
  const secretNames = new Map(secrets.map((secret) => [secret.key, secret.name]))
  const services: DesiredService[] = []
  const configs = new Map<string, DesiredConfig>()
  for (const name of names.sort()) {
    // Docker's CLI reads YAML 1.1, so the same text must mean the same here.
    const file = readParsed(
      join(directory, name),
      (text) => parse(text, { version: "1.1" }) as StackFile,
      "Render it again: npx quickcart render",
    )
    for (const config of Object.values(file.configs ?? {})) {
      configs.set(config.name, {
        name: config.name,
        data: configData(directory, name, config.file),
      })
    }
    for (const shortName of Object.keys(file.services)) {
      services.push(desiredService(file, shortName, secretNames))
    }
  }
  services.sort((a, b) => a.wave - b.wave || (a.name < b.name ? -1 : 1))
  return { services, configs: [...configs.values()], secrets }
}

/** Stack file holding several services, for one `docker stack deploy`, with further service labels. */
export function mergeStacks(
  services: DesiredService[],
  labels: Record<string, string> = {},
): Record<string, unknown> {
  const merged: Record<string, Record<string, unknown>> = {}
  let version: unknown
  for (const { stack } of services) {
    for (const [section, value] of Object.entries(stack)) {
      if (section === "version") version = value
      else merged[section] = { ...merged[section], ...(value as Record<string, unknown>) }
    }
  }
  const labelled = Object.entries(merged.services ?? {}).map(([name, definition]) => {
    const { deploy, ...rest } = definition as { deploy: { labels?: Record<string, string> } }
    return [name, { ...rest, deploy: { ...deploy, labels: { ...deploy.labels, ...labels } } }]
  })
  return { version, ...merged, services: Object.fromEntries(labelled) }
}

function configData(directory: string, stackFile: string, path: string): string {
  const full = join(directory, path)
  if (!existsSync(full)) {
    throw new Failure(
      `${stackFile} refers to ${path}, which is not there; run: npx quickcart render`,
    )
  }
  return readFileSync(full, "utf8")
}

function desiredService(
  file: StackFile,
  key: string,
  secretNames: Map<string, string>,
): DesiredService {
  const { "x-quickcart": rollout, ...definition } = file.services[key] ?? {}
  const { wave, deadlineSeconds, impact, leader, alerts = [] } = rollout as Rollout
  const configKeys = references(definition.configs)
  const sections = {
    networks: pick(file.networks, Object.keys((definition.networks as object) ?? {})),
    volumes: pick(file.volumes, volumeSources(definition.volumes)),
    configs: external(key, "config", configKeys, (key) => file.configs?.[key]?.name),
    secrets: external(key, "secret", references(definition.secrets), (key) => secretNames.get(key)),
  }
  const specHash = hash({ definition, ...sections })
  const deploy = definition.deploy as Deploy
  const isJob = deploy.mode === "replicated-job"
  // A job never changes: other content is another job, so what has run stays known.
  const shortName = isJob ? `${key}-${specHash.slice(0, 8)}` : key
  const labels = { ...deploy.labels, "quickcart.spec-hash": specHash }
  return {
    name: `${stackName}_${shortName}`,
    shortName,
    wave,
    deadlineSeconds,
    impact,
    leader,
    alerts,
    host: pinnedTo(deploy.placement?.constraints ?? []),
    isJob,
    monitorSeconds: durationSeconds(deploy.update_config?.monitor ?? defaultMonitor),
    specHash,
    configs: Object.values(sections.configs).map((config) => config.name),
    stack: {
      version: file.version,
      services: { [shortName]: { ...definition, deploy: { ...deploy, labels } } },
      ...sections,
    },
  }
}

/** swarmkit, api/defaults/service.go */
const defaultMonitor = "5s"

interface Deploy extends Record<string, unknown> {
  update_config?: { monitor?: string }
  mode?: string
  labels?: object
  placement?: { constraints?: string[] }
}

function pinnedTo(constraints: string[]): string | undefined {
  return constraints.flatMap((one) => /^node\.labels\.host\s*==\s*(\S+)$/.exec(one)?.[1] ?? [])[0]
}

function references(mounts: unknown): string[] {
  return ((mounts as { source: string }[] | undefined) ?? []).map((mount) => mount.source)
}

function volumeSources(mounts: unknown): string[] {
  return ((mounts as { type: string; source: string }[] | undefined) ?? [])
    .filter((mount) => mount.type === "volume")
    .map((mount) => mount.source)
}

function pick(section: Definitions | undefined, keys: string[]): Definitions {
  return Object.fromEntries(keys.map((key) => [key, section?.[key] ?? {}]))
}

/** Configs and secrets are made through the API first, so the stack only names them. */
function external(
  service: string,
  kind: "config" | "secret",
  keys: string[],
  nameOf: (key: string) => string | undefined,
): Record<string, { external: true; name: string }> {
  const remedy =
    kind === "config"
      ? "its stack file does not define; run: npx quickcart render"
      : "fleet.json does not name; add it under secrets: in the spec and run: npx quickcart render"
  const entries = keys.map((key) => {
    const name = nameOf(key)
    if (name === undefined) {
      throw new Failure(`${service} mounts the ${kind} "${key}", which ${remedy}`)
    }
    return [key, { external: true as const, name }] as const
  })
  return Object.fromEntries(entries)
}

function hash(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, 16)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
