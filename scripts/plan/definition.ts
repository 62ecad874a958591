import type { DesiredService } from "../deploy/desired.ts"
import { specHashLabel } from "../deploy/swarm-types.ts"
import { durationSeconds } from "./duration.ts"

/** The fields of a stack file's service that plans and guards judge. */
export interface Definition {
  image: string
  stop_grace_period?: string
  volumes?: { type: string; source?: string; target: string }[]
  deploy: {
    mode?: "global" | "replicated" | "replicated-job"
    replicas?: number
    labels?: Record<string, string>
    placement?: { constraints?: string[] }
    resources?: {
      limits?: { cpus?: string; memory?: string }
      reservations?: { cpus?: string; memory?: string }
    }
    update_config?: { parallelism?: number; order?: string; delay?: string }
  }
  [field: string]: unknown
}

interface Volume {
  name?: string
  driver_opts?: Record<string, string>
}

/** The service's definition without the label that deploy adds. */
export function definitionOf(service: DesiredService): Definition {
  const services = service.stack.services as Record<string, Definition> | undefined
  const definition = services?.[service.shortName] ?? { image: "", deploy: {} }
  const { [specHashLabel]: _, ...labels } = definition.deploy.labels ?? {}
  const { labels: __, ...deploy } = definition.deploy
  return {
    ...definition,
    deploy: Object.keys(labels).length > 0 ? { ...deploy, labels } : deploy,
  }
}

/** The definition with what it refers to: networks, volumes and the names of its files. */
export function serviceFields(service: DesiredService): Record<string, unknown> {
  const { services: _, version: __, ...sections } = service.stack
  return { ...definitionOf(service), ...referenced(sections) }
}

/** Sections under the names that causes show, apart from the service's own lists. */
function referenced(sections: Record<string, unknown>): Record<string, unknown> {
  const names = (section: unknown) =>
    Object.fromEntries(
      Object.entries((section ?? {}) as Record<string, { name: string }>).map(([key, { name }]) => [
        key,
        name,
      ]),
    )
  return {
    configContent: names(sections.configs),
    secretValue: names(sections.secrets),
    networkDefinition: sections.networks ?? {},
    volumeDefinition: sections.volumes ?? {},
  }
}

/** Value of `node.labels.<label> == ...` among the placement constraints. */
export function placedOn(definition: Definition, label: "role" | "host"): string | undefined {
  for (const constraint of definition.deploy.placement?.constraints ?? []) {
    const match = /^node\.labels\.(\w+)\s*==\s*(.+)$/.exec(constraint)
    if (match?.[1] === label) return match[2]?.trim()
  }
  return undefined
}

/** Swarm names of the volumes that outlive their tasks; tmpfs volumes do not count. */
export function durableVolumes(service: DesiredService): string[] {
  const volumes = (service.stack.volumes ?? {}) as Record<string, Volume>
  return Object.entries(volumes)
    .filter(([, volume]) => volume.driver_opts?.type !== "tmpfs")
    .map(([source, volume]) => volume.name ?? source)
    .sort()
}

/** Tasks the definition keeps running, given how many hosts each role has. */
export function taskCount(
  definition: Definition,
  hosts: readonly { name: string; role: string }[],
): number {
  if (definition.deploy.mode === "replicated-job") return 0
  if (definition.deploy.mode !== "global") return definition.deploy.replicas ?? 1
  const role = placedOn(definition, "role")
  const host = placedOn(definition, "host")
  return hosts.filter(
    (candidate) =>
      candidate.role !== "bastion" &&
      (role === undefined || candidate.role === role) &&
      (host === undefined || candidate.name === host),
  ).length
}

/** Seconds between SIGTERM and SIGKILL; Docker's default is 10. */
export function stopGraceSeconds(definition: Definition): number {
  return durationSeconds(definition.stop_grace_period ?? "10s")
}
