import {
  type Component,
  type ConfigFile,
  contribution,
  type Rollout,
  type ServiceEntry,
  type ToolCheck,
} from "../core/component.ts"
import { internalAuthority, internalCertificate, password } from "../core/credentials.ts"
import type { Fleet, Flow } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"
import { waves } from "../core/waves.ts"
import {
  busPortOffset,
  type ClusterName,
  clientPorts,
  clusterNames,
  keyPrefixes,
  membersOf,
} from "./clusters.ts"
import { redisConfig } from "./config.ts"
import { configKey, memberName, memberService, reconcileService, redisUsers } from "./service.ts"

/** Two Redis Clusters: sessions, which are never evicted, and the cache. */
export const redis: Component = {
  name: "redis",
  contribute: (fleet) => {
    if (fleet.redis === null) return contribution()
    return {
      services: clusterNames.flatMap((cluster) => services(fleet, cluster)),
      flows: flows(fleet),
      files: [],
      checks: clusterNames.map(check),
      credentials: [
        internalAuthority,
        internalCertificate("redis_tls", hostsOf(fleet, fleet.redisRole)),
        ...redisUsers.map((user) => password(`redis_${user}_password`, { severalLines: true })),
      ],
    }
  },
}

/**
 * New members start together: each is healthy by itself, as an empty master. A
 * change takes one at a time over both clusters, so that every shard keeps a copy
 * and the masters their majority. None comes last: the masters move as they go.
 */
const memberRollout: Rollout = {
  wave: waves.database,
  deadlineSeconds: 300,
  impact: "restart",
  leader: "none",
}

function services(fleet: Fleet, cluster: ClusterName): ServiceEntry[] {
  const { redis } = fleet
  const members = membersOf(fleet, cluster)
  if (redis === null || members.length === 0) return []
  const config: ConfigFile = {
    key: configKey(cluster),
    path: configPath(cluster),
    text: redisConfig(fleet, redis, cluster),
  }
  return [
    ...members.map((member, index) => ({
      tier: "redis",
      name: memberName(member),
      rollout: {
        ...memberRollout,
        alerts: [{ name: "RedisMemberDown", node: member.host.name }],
      },
      definition: memberService(fleet, redis, member),
      configs: index === 0 ? [config] : [],
    })),
    {
      tier: "redis",
      name: `redis-${cluster}-reconcile`,
      // After the members that it joins; beside those of Patroni, which need nothing of it.
      rollout: { wave: waves.database + 10, deadlineSeconds: 180, impact: "restart" },
      definition: reconcileService(fleet, cluster),
      configs: [],
    },
  ]
}

function flows(fleet: Fleet): Flow[] {
  const to = fleet.redisRole
  const flow = (from: Flow["from"], port: number, service: string): Flow => ({
    from,
    to,
    protocol: "tcp",
    port,
    service,
  })
  return clientPorts.flatMap((port) => [
    flow("app", port, "Redis"),
    flow(to, port, "Redis replication"),
    flow(to, port + busPortOffset, "Redis Cluster bus"),
  ])
}

function configPath(cluster: ClusterName): string {
  return `configs/redis/${cluster}.conf`
}

const withoutCertificate = "--port 6379 --tls-port 0 --tls-cluster no --tls-replication no"

/** Redis has no dry run: it has to start with the file, on no network, and answer. */
function check(cluster: ClusterName): ToolCheck {
  return {
    name: `redis-server ${cluster}`,
    image: "redis",
    command: [
      "set -e",
      "mkdir -p /data /run/secrets && cd /run/secrets",
      'for user in app monitoring operator replication; do echo check > "redis_$user"_password; done',
      "touch redis_tls internal_ca",
      `KEY_PREFIX=${keyPrefixes[cluster]} /usr/local/libexec/prepare-redis`,
      `redis-server /stack/${configPath(cluster)} ${withoutCertificate} > /tmp/log 2>&1 &`,
      "until redis-cli -s /run/redis/redis.sock --user operator --pass check ping 2>&1 | grep -q PONG; do",
      "  kill -0 $! || { cat /tmp/log; exit 1; }",
      "  sleep 0.1",
      "done",
    ].join("\n"),
  }
}
