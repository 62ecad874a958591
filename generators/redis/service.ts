import { formatDuration } from "../core/duration.ts"
import type { Fleet } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { onRole } from "../core/roles.ts"
import type { SwarmService } from "../core/swarm-service.ts"
import { addressOf, type ClusterName, keyPrefixes, type Member, shardsOf } from "./clusters.ts"
import { isDisposable } from "./config.ts"
import { restartDelaySeconds } from "./failover.ts"

type Redis = NonNullable<Fleet["redis"]>

const oneByOne = {
  parallelism: 1,
  order: "stop-first" as const,
  monitor: "5s",
  max_failure_ratio: 0,
}

const rolling = {
  update_config: { ...oneByOne, failure_action: "rollback" as const },
  rollback_config: { ...oneByOne, failure_action: "pause" as const },
}

/** Who may log in; each has a password of its own, the secret `redis_<user>_password`. */
export const redisUsers = ["app", "monitoring", "operator", "replication"] as const

/** Secrets every member reads at its start. */
const redisSecrets = [
  "internal_ca",
  ...redisUsers.map((user) => `redis_${user}_password`),
  "redis_tls",
]

/** Name of a member's service and volume, e.g. `redis-sessions-4`. */
export function memberName({ cluster, number }: Member): string {
  return `redis-${cluster}-${number}`
}

/**
 * One member in its host's network, pinned there with its volume. Its address
 * is the host's own: an overlay address would change with every task, and the
 * others know a member by it.
 */
export function memberService(fleet: Fleet, redis: Redis, member: Member): SwarmService {
  const { cluster, host, port } = member
  const memory = String(redis.memoryBytes[cluster])
  return {
    image: fleet.images.redis,
    entrypoint: ["/usr/local/bin/run-redis", host.privateAddress, String(port)],
    environment: { KEY_PREFIX: keyPrefixes[cluster] },
    configs: [{ source: configKey(cluster), target: "/config/redis.conf" }],
    secrets: redisSecrets.map((name) => ({ source: name, target: name, mode: 0o400 })),
    volumes: [
      { type: "volume", source: memberName(member), target: "/data" },
      { type: "tmpfs", target: "/run/redis", tmpfs: { size: 1_000_000 } },
    ],
    networks: { [hostNetwork]: null },
    healthcheck: {
      test: ["CMD", "redis-health"],
      // Each check is a process, and the other members notice a hang sooner: this only restarts it.
      interval: "10s",
      timeout: "6s",
      retries: 3,
      // Loading a file or copying from the master may take this long; nothing is killed before.
      start_period: "600s",
      start_interval: "1s",
    },
    // Time to hand over and to write the last second to disk.
    stop_grace_period: "60s",
    deploy: {
      mode: "replicated",
      replicas: 1,
      endpoint_mode: "dnsrr",
      placement: { constraints: [`node.labels.host == ${host.name}`] },
      resources: { limits: { memory }, reservations: { memory } },
      restart_policy: {
        condition: "any",
        delay: formatDuration(restartDelaySeconds(redis.nodeTimeoutSeconds)),
      },
      ...rolling,
    },
  }
}

/** Forms the cluster and keeps its masters apart; healthy once the cluster is formed. */
export function reconcileService(fleet: Fleet, cluster: ClusterName): SwarmService {
  return {
    image: fleet.images.redis,
    entrypoint: [
      "/usr/local/bin/reconcile-redis",
      ...(isDisposable(cluster) ? ["--disposable"] : []),
      ...shardsOf(fleet, cluster).map(
        ({ primary, secondary }) => `${addressOf(primary)},${addressOf(secondary)}`,
      ),
    ],
    secrets: ["internal_ca", "redis_operator_password"].map((name) => ({
      source: name,
      target: name,
      mode: 0o400,
    })),
    networks: { [hostNetwork]: null },
    healthcheck: {
      test: ["CMD", "test", "-f", "/tmp/formed"],
      interval: "30s",
      timeout: "2s",
      retries: 3,
      // A first deploy waits this long for six members; it never goes back once it is formed.
      start_period: "120s",
      start_interval: "1s",
    },
    stop_grace_period: "5s",
    deploy: {
      mode: "replicated",
      replicas: 1,
      endpoint_mode: "dnsrr",
      placement: { constraints: [onRole(fleet.redisRole)] },
      restart_policy: { condition: "any", delay: "5s" },
      ...rolling,
    },
  }
}

/** Key of a cluster's configuration in the stack file. */
export function configKey(cluster: ClusterName): string {
  return `redis_${cluster}`
}
