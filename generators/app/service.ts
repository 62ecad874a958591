import { formatDuration } from "../core/duration.ts"
import type { Fleet } from "../core/fleet.ts"
import { edgeNetwork } from "../core/networks.ts"
import { hostReserveBytes } from "../core/resolve-database.ts"
import { hostsOf, onRole } from "../core/roles.ts"
import type { SwarmService } from "../core/swarm-service.ts"
import { appConnection } from "../pgbouncer/app-connection.ts"
import { redisConnection } from "../redis/app-connection.ts"
import { maxTasksPerHost } from "./task-count.ts"

/**
 * The shop. Its image has to declare a HEALTHCHECK: Swarm puts a task into DNS,
 * and so before HAProxy, only once it is healthy.
 */
export function appService(fleet: Fleet): SwarmService {
  const { app } = fleet
  return {
    image: app.image,
    ...appContainer(fleet),
    networks: { [edgeNetwork]: { aliases: ["app"] } },
    // A host that lost its power says nothing: connections to it end after some 13 s, not after 15 minutes.
    sysctls: { "net.ipv4.tcp_retries2": "5" },
    // HAProxy asks each task every second; Swarm's own check, a process each time, need not.
    healthcheck: { interval: "5s", start_period: "20s", start_interval: "500ms" },
    stop_grace_period: formatDuration(app.stopGracePeriodSeconds),
    deploy: {
      mode: "replicated",
      replicas: app.replicas,
      endpoint_mode: "dnsrr",
      placement: {
        constraints: [onRole("app")],
        preferences: [{ spread: "node.labels.host" }],
        max_replicas_per_node: maxTasksPerHost(fleet),
      },
      resources: resources(fleet),
      restart_policy: { condition: "any", delay: "1s" },
      ...rolling(app.update),
    },
  }
}

/** What every container of the app's image is given: the way to the data tier, secrets as files. */
export function appContainer(
  fleet: Fleet,
): Pick<SwarmService, "environment" | "secrets" | "volumes"> {
  const { app, objectStorage } = fleet
  const database = appConnection(fleet)
  const redis = redisConnection(fleet)
  const secrets = [...new Set([...app.secrets, ...database.secrets, ...redis.secrets])].toSorted()
  return {
    environment: {
      ...redis.environment,
      ...(objectStorage === null ? {} : { IMAGES_BASE_URL: objectStorage.imagesBaseUrl }),
      ...app.environment,
      ...database.environment,
      PORT: String(app.port),
      HEALTH_PATH: app.healthPath,
      DRAIN_SECONDS: String(app.drainSeconds),
    },
    ...(secrets.length === 0
      ? {}
      : { secrets: secrets.map((name) => ({ source: name, target: name })) }),
    ...(database.volumes.length === 0 ? {} : { volumes: database.volumes }),
  }
}

/**
 * What a task may use at most, and the part of it that Swarm sets aside: no more
 * than the host has for the most tasks it may ever run, or the tasks that an update
 * starts first, and those of a lost host, would wait for room until the deadline.
 */
export function resources(fleet: Fleet) {
  const { cpu, memoryBytes } = fleet.app
  const most = maxTasksPerHost(fleet)
  const host = hostsOf(fleet, "app")[0]
  const cpuShare = host === undefined ? cpu : Math.floor((host.vcpu / most) * 100) / 100
  const memoryShare =
    host === undefined ? memoryBytes : Math.floor((host.memoryBytes - hostReserveBytes) / most)
  return {
    limits: { cpus: String(cpu), memory: String(memoryBytes) },
    reservations: {
      cpus: String(Math.min(cpu, cpuShare)),
      memory: String(Math.min(memoryBytes, memoryShare)),
    },
  }
}

function rolling(update: Fleet["app"]["update"]) {
  const common = {
    parallelism: update.parallelism,
    order: "start-first" as const,
    monitor: formatDuration(update.monitorSeconds),
    max_failure_ratio: 0,
  }
  return {
    update_config: {
      ...common,
      delay: formatDuration(update.delaySeconds),
      failure_action: "rollback" as const,
    },
    rollback_config: { ...common, delay: "0s", failure_action: "pause" as const },
  }
}
