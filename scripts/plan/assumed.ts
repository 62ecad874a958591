import type { Desired, DesiredService } from "../deploy/desired.ts"
import type { Observed } from "../deploy/observe.ts"
import type { SwarmObject, SwarmService } from "../deploy/swarm-types.ts"
import { specHashLabel } from "../deploy/swarm-types.ts"
import { definitionOf } from "./definition.ts"

/**
 * A Swarm as it would be found right after these files were applied: what an
 * offline plan compares with instead of the live one.
 */
export function assumeLive(base: Desired): Observed {
  return {
    services: base.services.map(assumedService),
    tasks: [],
    nodes: [],
    configs: base.configs.map(({ name }) => assumedObject(name)),
    secrets: base.secrets.map(({ name }) => assumedObject(name)),
  }
}

function assumedService(service: DesiredService): SwarmService {
  const definition = definitionOf(service)
  const names = (section: unknown) =>
    Object.values((section ?? {}) as Record<string, { name: string }>).map(({ name }) => name)
  const volumes = (service.stack.volumes ?? {}) as Record<
    string,
    { name?: string; driver_opts?: Record<string, string> }
  >
  const container = {
    Image: definition.image,
    Configs: names(service.stack.configs).map((ConfigName) => ({ ConfigName })),
    Secrets: names(service.stack.secrets).map((SecretName) => ({ SecretName })),
    Mounts: Object.entries(volumes).map(([source, { name, driver_opts }]) => ({
      Type: "volume",
      Source: name ?? source,
      VolumeOptions: { DriverConfig: { Options: driver_opts ?? {} } },
    })),
  }
  const { mode, replicas } = definition.deploy
  return {
    ID: `assumed-${service.name}`,
    Version: { Index: 0 },
    UpdatedAt: "",
    Spec: {
      Name: service.name,
      Labels: { [specHashLabel]: service.specHash },
      TaskTemplate: {
        ContainerSpec: container,
        Placement: { Constraints: definition.deploy.placement?.constraints ?? [] },
      },
      Mode: mode === "global" ? { Global: {} } : { Replicated: { Replicas: replicas ?? 1 } },
    },
  }
}

function assumedObject(name: string): SwarmObject {
  return { ID: `assumed-${name}`, CreatedAt: "", Spec: { Name: name } }
}
