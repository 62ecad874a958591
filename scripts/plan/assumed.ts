import type { Desired, DesiredService } from "../deploy/desired.ts"
import { type DesiredNetwork, desiredNetworks, networksOf } from "../deploy/networks.ts"
import type { Observed } from "../deploy/observe.ts"
import type { SwarmNetwork, SwarmObject, SwarmService, SwarmTask } from "../deploy/swarm-types.ts"
import { namespaceLabel, specHashLabel, stackName } from "../deploy/swarm-types.ts"
import { type Definition, definitionOf } from "./definition.ts"

/**
 * A Swarm as it would be found right after these files were applied: what an
 * offline plan compares with instead of the live one.
 */
export function assumeLive(base: Desired): Observed {
  return {
    services: base.services.map(assumedService),
    tasks: base.services.filter((service) => service.isJob).map(completedTask),
    nodes: [],
    configs: base.configs.map(({ name }) => assumedObject(name)),
    secrets: base.secrets.map(({ name }) => assumedObject(name)),
    networks: desiredNetworks(base.services).map(assumedNetwork),
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
  return {
    ID: `assumed-${service.name}`,
    Version: { Index: 0 },
    CreatedAt: "",
    UpdatedAt: "",
    Spec: {
      Name: service.name,
      Labels: { [specHashLabel]: service.specHash },
      TaskTemplate: {
        ContainerSpec: container,
        Networks: networksOf(service).map(({ name }) => ({ Target: `assumed-${name}` })),
        Placement: { Constraints: definition.deploy.placement?.constraints ?? [] },
      },
      Mode: assumedMode(definition),
    },
  }
}

function assumedMode({ deploy: { mode, replicas = 1 } }: Definition): SwarmService["Spec"]["Mode"] {
  if (mode === "global") return { Global: {} }
  if (mode === "replicated-job") return { ReplicatedJob: { TotalCompletions: replicas } }
  return { Replicated: { Replicas: replicas } }
}

/** Whoever reads a commit's files has to believe that its jobs ran. */
function completedTask({ name }: DesiredService): SwarmTask {
  return {
    ID: `assumed-${name}-1`,
    ServiceID: `assumed-${name}`,
    DesiredState: "complete",
    CreatedAt: "",
    Status: { Timestamp: "", State: "complete" },
    Spec: { ContainerSpec: { Image: "" } },
  }
}

function assumedObject(name: string): SwarmObject {
  return { ID: `assumed-${name}`, CreatedAt: "", Spec: { Name: name } }
}

function assumedNetwork(network: DesiredNetwork): SwarmNetwork {
  const { name, driver, options, attachable, internal, subnets } = network
  return {
    Id: `assumed-${name}`,
    Name: name,
    Scope: "swarm",
    Driver: driver,
    Internal: internal,
    Attachable: attachable,
    Ingress: false,
    Options: options,
    Labels: { [namespaceLabel]: stackName },
    IPAM: { Config: subnets.map((Subnet) => ({ Subnet })) },
  }
}
