import { createHash } from "node:crypto"
import { type FleetFile, swarmHosts } from "../deploy/fleet-file.ts"
import type { SwarmService, SwarmTask } from "../deploy/swarm-types.ts"
import type { Difference } from "./difference.ts"
import type { Live, LiveFile } from "./live.ts"
import { placementHost, placementRoles } from "./placement.ts"
import { list, record } from "./stack-value.ts"

/** A config service: brings files to the daemon that shares its hosts. */
export interface Delivery {
  /** Name in Swarm, e.g. `quickcart_haproxy-config`. */
  service: string
  /** `haproxy`: the daemon, and the directory /run/haproxy that both share. */
  component: string
  hosts: string[]
  directory: string
  /** Docker volume that is mounted there, in both containers. */
  volume: string
  /** Targets of the configs it mounts. */
  targets: string[]
}

interface WantedFile {
  host: string
  path: string
  /** Null when the content is not known here: a secret whose value is elsewhere. */
  sha256: string | null
}

const deliverProgram = "/usr/local/bin/deliver"

/** The live services that deliver files, and where. */
export function deliveries(services: SwarmService[], fleet: FleetFile): Delivery[] {
  return services.flatMap((service) => {
    const [program, component] = list(containerSpec(service).Command).map(String)
    if (program !== deliverProgram || component === undefined) return []
    const roles = placementRoles(service)
    const pinned = placementHost(service)
    return [
      {
        service: service.Spec.Name,
        component,
        hosts: swarmHosts(fleet)
          .filter((host) => roles.includes(host.role))
          .filter((host) => pinned === undefined || host.name === pinned)
          .map((host) => host.name),
        directory: `/run/${component}`,
        volume: volumeAt(service, `/run/${component}`),
        targets: [
          ...targetsOf(containerSpec(service).Configs),
          ...targetsOf(containerSpec(service).Secrets).filter(isConfig),
        ],
      },
    ]
  })
}

function targetsOf(mounts: unknown): string[] {
  return list(mounts).map((mount) => String(record(record(mount).File).Name))
}

function volumeAt(service: SwarmService, target: string): string {
  const mount = list(containerSpec(service).Mounts)
    .map(record)
    .find((one) => one.Target === target)
  return String(mount?.Source ?? "")
}

/**
 * Compares the files on hosts with what the live config services mount, so
 * that a pending change of a config is not taken for a change of the file. A
 * host is judged only while its config task runs: a task runs once it has
 * delivered. `values` are secret values by Docker secret name, where known.
 */
export function fileDifferences(
  live: Live,
  fleet: FleetFile,
  values: ReadonlyMap<string, string>,
): Difference[] {
  const read = new Map(live.files.map((file) => [`${file.host}:${file.path}`, file]))
  return deliveries(live.services, fleet).flatMap((delivery) =>
    delivery.hosts
      .filter((host) => live.filesRead.has(`${host}:${delivery.directory}`))
      .filter((host) => hasDelivered(live, delivery, host))
      .flatMap((host) =>
        compareHost(wantedFiles(live, delivery, host, values), read, host, delivery),
      ),
  )
}

/** Delivered files that a look could not judge. */
export interface Unjudged {
  host: string
  /** e.g. `the files of haproxy could not be read`. */
  reason: string
  /** The config task is being replaced, which ends by itself. */
  moving: boolean
}

/**
 * Hosts whose delivered files were not compared, though they should have been.
 * A node that is away, drained or of another role differs as a node and is not named again.
 */
export function unjudged(live: Live, fleet: FleetFile): Unjudged[] {
  const roles = new Map(fleet.hosts.map(({ name, role }) => [name, role]))
  const serving = new Set(
    live.nodes
      .filter(({ Status, Spec }) => Status.State === "ready" && Spec.Availability === "active")
      .filter(({ Description, Spec }) => Spec.Labels?.role === roles.get(Description.Hostname))
      .map((node) => node.Description.Hostname),
  )
  return deliveries(live.services, fleet).flatMap((delivery) =>
    delivery.hosts
      .filter((host) => serving.has(host))
      .flatMap((host): Unjudged[] => {
        if (!hasDelivered(live, delivery, host)) {
          const reason = `no task of ${delivery.service} runs there with the live files`
          return [{ host, reason, moving: true }]
        }
        if (live.filesRead.has(`${host}:${delivery.directory}`)) return []
        const reason = `the files of ${delivery.component} could not be read`
        return [{ host, reason, moving: false }]
      }),
  )
}

/**
 * Whether a look that could not judge these is to be repeated: while a config
 * task is replaced, and once when reading failed, as the task may have died
 * between the two readings.
 */
export function isWorthAnotherLook(found: readonly Unjudged[], looks: number): boolean {
  return found.some(({ moving }) => moving) || (found.length > 0 && looks < 2)
}

function compareHost(
  wanted: WantedFile[],
  read: Map<string, LiveFile>,
  host: string,
  delivery: Delivery,
): Difference[] {
  const paths = new Set(wanted.map((file) => file.path))
  const strangers = [...read.values()].filter(
    (file) =>
      file.host === host && file.path.startsWith(`${delivery.directory}/`) && !paths.has(file.path),
  )
  return [
    ...wanted.flatMap((file) => {
      const found = read.get(`${host}:${file.path}`)
      if (found !== undefined && (file.sha256 === null || found.sha256 === file.sha256)) return []
      return [difference(file, short(file.sha256), short(found?.sha256 ?? null))]
    }),
    ...strangers.map((file) => difference(file, null, short(file.sha256))),
  ]
}

function difference(
  file: { host: string; path: string },
  wanted: string | null,
  live: string | null,
): Difference {
  return {
    kind: "drift",
    object: "file",
    name: `${file.host}:${file.path}`,
    field: "",
    wanted,
    live,
  }
}

function short(sha256: string | null): string | null {
  return sha256 === null ? null : `sha256 ${sha256.slice(0, 12)}`
}

function wantedFiles(
  live: Live,
  delivery: Delivery,
  host: string,
  values: ReadonlyMap<string, string>,
): WantedFile[] {
  const service = live.services.find((one) => one.Spec.Name === delivery.service)
  if (service === undefined) return []
  const spec = containerSpec(service)
  const data = new Map(live.allConfigs.map((one) => [one.Spec.Name, one.Spec.Data ?? ""]))
  const configs = list(spec.Configs).flatMap((mount) => {
    const path = hostPath(delivery, host, String(record(record(mount).File).Name))
    const content = data.get(String(record(mount).ConfigName))
    return path === undefined ? [] : [{ host, path, sha256: sha256Of(content, "base64") }]
  })
  // images/haproxy/deliver-haproxy alone places secrets.
  const secrets = delivery.component !== "haproxy" ? [] : list(spec.Secrets)
  return [
    ...configs,
    ...secrets.flatMap((mount) => {
      const path = secretPath(delivery, host, String(record(record(mount).File).Name))
      const sha256 = sha256Of(values.get(String(record(mount).SecretName)), "utf8")
      return path === undefined ? [] : [{ host, path, sha256 }]
    }),
  ]
}

/** Where images/haproxy/deliver-haproxy puts a secret: among the configs, if it is mounted there. */
function secretPath(delivery: Delivery, host: string, target: string): string | undefined {
  if (isConfig(target)) return hostPath(delivery, host, target)
  return `${delivery.directory}/certs/${target.split("/").at(-1)}.pem`
}

const isConfig = (target: string) => target.startsWith("/config/")

/** Paths on a host to read, as shell words; where strangers would do harm, all that is there. */
export function pathsToRead(delivery: Delivery, host: string): string[] {
  const paths = delivery.targets
    .flatMap((target) => hostPath(delivery, host, target) ?? [])
    // The target comes from the live service: it must stay one word of the shell.
    .filter((path) => /^[\w./-]+$/.test(path))
  return delivery.component === "haproxy" ? [...paths, `${delivery.directory}/certs/*`] : paths
}

/** Where `deliver` puts a file mounted below /config (images/<component>/deliver-<component>). */
function hostPath(delivery: Delivery, host: string, target: string): string | undefined {
  // Files of single hosts: /config/<component>/<host>.<extension>.
  const own = /^\/config\/([^/]+)\/([^/]+)(\.\w+)$/.exec(target)
  if (own?.[1] !== delivery.component) return target.replace(/^\/config/, delivery.directory)
  return own[2] === host ? `${delivery.directory}/${delivery.component}${own[3]}` : undefined
}

function hasDelivered(live: Live, delivery: Delivery, host: string): boolean {
  const service = live.services.find((one) => one.Spec.Name === delivery.service)
  const node = live.nodes.find(
    (one) => one.Description.Hostname === host && one.Status.State === "ready",
  )
  if (service === undefined || node === undefined) return false
  const mounts = JSON.stringify(mountedNames(containerSpec(service)))
  return live.tasks.some(
    (task) =>
      task.ServiceID === service.ID &&
      task.NodeID === node.ID &&
      task.DesiredState === "running" &&
      task.Status.State === "running" &&
      JSON.stringify(mountedNames(taskSpec(task))) === mounts,
  )
}

function mountedNames(spec: Record<string, unknown>): string[] {
  return [
    ...list(spec.Configs).map((mount) => String(record(mount).ConfigName)),
    ...list(spec.Secrets).map((mount) => String(record(mount).SecretName)),
  ].sort()
}

function containerSpec(service: SwarmService): Record<string, unknown> {
  return service.Spec.TaskTemplate.ContainerSpec as unknown as Record<string, unknown>
}

function taskSpec(task: SwarmTask): Record<string, unknown> {
  return task.Spec.ContainerSpec as unknown as Record<string, unknown>
}

function sha256Of(content: string | undefined, encoding: "base64" | "utf8"): string | null {
  if (content === undefined) return null
  return createHash("sha256").update(Buffer.from(content, encoding)).digest("hex")
}
