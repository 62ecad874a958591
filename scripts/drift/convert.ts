import { dockerBytes, goNanoseconds, nanoCpus } from "./quantities.ts"
import { type Json, known, list, optional, record, text } from "./stack-value.ts"

/** Docker adds these to everything that a stack deploys. */
const stackLabel = "com.docker.stack.namespace"
const imageLabel = "com.docker.stack.image"

const serviceKeys = [
  ...["image", "entrypoint", "command", "user", "init", "read_only", "environment", "configs"],
  ...["secrets", "volumes", "networks", "ports", "healthcheck", "cap_add", "cap_drop", "sysctls"],
  ...["ulimits", "stop_grace_period", "stop_signal", "hostname", "logging", "labels", "deploy"],
]

/** Sections of a stack file beside its services. */
interface Stack {
  name: string
  networks: Json
  volumes: Json
  configs: Json
  secrets: Json
}

/**
 * The service spec that `docker stack deploy` makes of the one service in
 * `stack` (docker/cli, cli/compose/convert), for the keys that our stack files
 * use; networks are named instead of given by id. Throws an Error on a key
 * that it does not know, so that no difference is ever missed in silence.
 */
export function convertStack(namespace: string, shortName: string, stack: Json): Json {
  const { services, ...sections } = stack
  const definition = record(unescapeDollars(record(services)[shortName]))
  known(shortName, definition, serviceKeys)
  const surroundings: Stack = {
    name: namespace,
    networks: record(sections.networks),
    volumes: record(sections.volumes),
    configs: record(sections.configs),
    secrets: record(sections.secrets),
  }
  const deploy = record(definition.deploy)
  known(`${shortName}.deploy`, deploy, [
    ...["mode", "replicas", "endpoint_mode", "labels", "placement", "resources"],
    ...["restart_policy", "update_config", "rollback_config"],
  ])
  return {
    Name: `${namespace}_${shortName}`,
    Labels: {
      ...record(deploy.labels),
      [stackLabel]: namespace,
      [imageLabel]: text(definition.image),
    },
    TaskTemplate: {
      ContainerSpec: containerSpec(definition, surroundings),
      Resources: resources(record(deploy.resources)),
      RestartPolicy: restartPolicy(deploy.restart_policy),
      Placement: placement(record(deploy.placement)),
      Networks: networks(shortName, definition.networks, surroundings),
      ...optional("LogDriver", definition.logging, (logging) => ({
        Name: record(logging).driver,
        Options: record(logging).options,
      })),
    },
    Mode: mode(deploy),
    ...optional("UpdateConfig", deploy.update_config, rollPolicy),
    ...optional("RollbackConfig", deploy.rollback_config, rollPolicy),
    EndpointSpec: { Mode: deploy.endpoint_mode ?? "vip", Ports: list(definition.ports).map(port) },
  }
}

function containerSpec(definition: Json, stack: Stack): Json {
  return {
    Image: definition.image,
    Labels: { ...record(definition.labels), [stackLabel]: stack.name },
    Command: list(definition.entrypoint),
    Args: list(definition.command),
    Env: Object.entries(record(definition.environment)).map(([key, value]) => `${key}=${value}`),
    User: definition.user,
    Init: definition.init,
    ReadOnly: definition.read_only,
    Hostname: definition.hostname,
    StopSignal: definition.stop_signal,
    ...optional("StopGracePeriod", definition.stop_grace_period, (value) =>
      goNanoseconds(text(value)),
    ),
    ...optional("Healthcheck", definition.healthcheck, healthcheck),
    CapabilityAdd: list(definition.cap_add).map(capability),
    CapabilityDrop: list(definition.cap_drop).map(capability),
    Sysctls: record(definition.sysctls),
    Ulimits: Object.entries(record(definition.ulimits)).map(ulimit),
    Mounts: list(definition.volumes).map((mount) => convertMount(record(mount), stack)),
    Configs: list(definition.configs).map((one) => ({
      File: file(record(one), text(record(one).source)),
      ConfigName: objectName(stack, stack.configs, text(record(one).source)),
    })),
    Secrets: list(definition.secrets).map((one) => ({
      File: file(record(one), text(record(one).source)),
      SecretName: objectName(stack, stack.secrets, text(record(one).source)),
    })),
  }
}

function healthcheck(value: unknown): Json {
  const check = record(value)
  const keys = ["interval", "timeout", "start_period", "start_interval"]
  known("healthcheck", check, ["test", "retries", ...keys])
  const nanoseconds = (key: string) =>
    check[key] === undefined ? 0 : goNanoseconds(text(check[key]))
  return {
    Test: list(check.test),
    Interval: nanoseconds("interval"),
    Timeout: nanoseconds("timeout"),
    StartPeriod: nanoseconds("start_period"),
    StartInterval: nanoseconds("start_interval"),
    Retries: check.retries,
  }
}

function capability(name: unknown): string {
  const upper = text(name).toUpperCase()
  return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`
}

function ulimit([name, value]: [string, unknown]): Json {
  if (typeof value === "number") return { Name: name, Soft: value, Hard: value }
  return { Name: name, Soft: record(value).soft, Hard: record(value).hard }
}

function convertMount(mount: Json, stack: Stack): Json {
  known("volume", mount, ["type", "source", "target", "read_only", "tmpfs"])
  const base = { Type: mount.type, Target: mount.target, ReadOnly: mount.read_only }
  if (mount.type === "tmpfs") {
    const { size } = record(mount.tmpfs)
    return {
      ...base,
      ...optional("TmpfsOptions", size, (bytes) => ({
        SizeBytes: dockerBytes(bytes as string | number),
      })),
    }
  }
  if (mount.type === "bind") return { ...base, Source: mount.source }
  const source = text(mount.source)
  const volume = record(stack.volumes[source])
  const options = record(volume.driver_opts)
  const driver = { Name: volume.driver, Options: options }
  const labels = { ...record(volume.labels), [stackLabel]: stack.name }
  return {
    ...base,
    Source: objectName(stack, stack.volumes, source),
    ...(volume.external === true
      ? {}
      : { VolumeOptions: { Labels: labels, DriverConfig: driver } }),
  }
}

function file(mount: Json, source: string): Json {
  known(`mount of ${source}`, mount, ["source", "target", "uid", "gid", "mode"])
  return {
    Name: mount.target ?? source,
    UID: mount.uid ?? "0",
    GID: mount.gid ?? "0",
    Mode: mount.mode ?? 0o444,
  }
}

function objectName(stack: Stack, section: Json, key: string): string {
  const definition = record(section[key])
  return text(definition.name ?? (definition.external === true ? key : `${stack.name}_${key}`))
}

function networks(shortName: string, wanted: unknown, stack: Stack): Json[] {
  const named = Object.keys(record(wanted)).length === 0 ? { default: null } : record(wanted)
  return Object.entries(named).map(([key, value]) => {
    const name = objectName(stack, stack.networks, key)
    // Only a network of our own knows names; the host's does not.
    const aliases = [...list(record(value).aliases), shortName]
    return { Target: name, Aliases: ["host", "none", "bridge"].includes(name) ? [] : aliases }
  })
}

function port(value: unknown): Json {
  const one = record(value)
  known("port", one, ["target", "published", "protocol", "mode"])
  return {
    Protocol: one.protocol ?? "tcp",
    TargetPort: one.target,
    PublishedPort: one.published,
    PublishMode: one.mode ?? "ingress",
  }
}

function mode(deploy: Json): Json {
  if (deploy.mode === "global") return { Global: {} }
  if (deploy.mode === "replicated" || deploy.mode === undefined) {
    return { Replicated: { Replicas: deploy.replicas ?? 1 } }
  }
  if (deploy.mode === "replicated-job") {
    const count = deploy.replicas ?? 1
    return { ReplicatedJob: { MaxConcurrent: count, TotalCompletions: count } }
  }
  throw new Error(`the service mode "${deploy.mode}" is not known here`)
}

function resources(value: Json): Json {
  known("resources", value, ["limits", "reservations"])
  const part = (limits: Json) => {
    known("resources", limits, ["cpus", "memory", "pids"])
    return {
      ...optional("NanoCPUs", limits.cpus, (cpus) => nanoCpus(cpus as string)),
      ...optional("MemoryBytes", limits.memory, (memory) => dockerBytes(memory as string)),
      ...optional("Pids", limits.pids, (pids) => pids),
    }
  }
  return { Limits: part(record(value.limits)), Reservations: part(record(value.reservations)) }
}

function restartPolicy(value: unknown): Json {
  const policy = record(value)
  known("restart_policy", policy, ["condition", "delay", "max_attempts", "window"])
  return {
    Condition: policy.condition,
    MaxAttempts: policy.max_attempts,
    ...optional("Delay", policy.delay, (delay) => goNanoseconds(text(delay))),
    ...optional("Window", policy.window, (window) => goNanoseconds(text(window))),
  }
}

function placement(value: Json): Json {
  known("placement", value, ["constraints", "preferences", "max_replicas_per_node"])
  return {
    Constraints: list(value.constraints),
    Preferences: list(value.preferences).map((preference) => ({
      Spread: { SpreadDescriptor: record(preference).spread },
    })),
    MaxReplicas: value.max_replicas_per_node,
  }
}

function rollPolicy(value: unknown): Json {
  const policy = record(value)
  const rest = ["parallelism", "order", "failure_action", "max_failure_ratio"]
  known("update_config", policy, ["delay", "monitor", ...rest])
  return {
    Parallelism: policy.parallelism ?? 1,
    FailureAction: policy.failure_action,
    MaxFailureRatio: policy.max_failure_ratio,
    Order: policy.order,
    ...optional("Delay", policy.delay, (delay) => goNanoseconds(text(delay))),
    ...optional("Monitor", policy.monitor, (monitor) => goNanoseconds(text(monitor))),
  }
}

/** Stack files write `$$` for a dollar sign, because Docker's CLI interpolates. */
function unescapeDollars(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$$", () => "$")
  if (Array.isArray(value)) return value.map(unescapeDollars)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, unescapeDollars(inner)]),
  )
}
