import type { Component } from "../core/component.ts"
import { internalAuthority, password } from "../core/credentials.ts"
import type { Fleet, Flow, Host } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { pinnedTo } from "../core/pinned.ts"
import type { SwarmService } from "../core/swarm-service.ts"
import { waves } from "../core/waves.ts"
import { withDashboard } from "../core/with-dashboard.ts"
import { whereMonitored } from "../prometheus/placement.ts"
import { addressOf, clientPorts, clusterNames, membersOf } from "../redis/clusters.ts"
import { redisDashboard } from "./dashboard.ts"
import { redisExporterPort, redisMonitoring } from "./monitoring.ts"

/** It needs some 20 MB. */
export const redisExporterMemoryBytes = 60e6

const monitoringPassword = password("redis_monitoring_password", { severalLines: true })

/** Asks every member of Redis for its metrics, from beside Prometheus. */
export const redisExporter: Component = {
  name: "redis-exporter",
  contribute: (fleet) =>
    whereMonitored(fleet, (_, host) => {
      if (fleet.redis === null) return {}
      return {
        services: [
          {
            tier: "monitoring",
            name: "redis-exporter",
            rollout: {
              wave: waves.monitoring,
              deadlineSeconds: 180,
              impact: "unseen",
              // Without the exporter every member looks lost.
              alerts: [{ name: "RedisMemberDown" }],
            },
            definition: service(fleet, host),
            configs: [],
          },
        ],
        flows: clientPorts.map(
          (port): Flow => ({
            from: host.role,
            to: fleet.redisRole,
            protocol: "tcp",
            port,
            service: "Redis metrics",
          }),
        ),
        credentials: [internalAuthority, monitoringPassword],
        monitored: withDashboard(redisMonitoring(fleet, fleet.redis, host), (instances) =>
          redisDashboard(fleet, instances),
        ),
      }
    }),
}

function service(fleet: Fleet, host: Host): SwarmService {
  const members = clusterNames.flatMap((cluster) => membersOf(fleet, cluster))
  return {
    image: fleet.images.exporters,
    entrypoint: [
      "/usr/local/bin/run-redis-exporter",
      fleet.network.privateSubnet,
      String(redisExporterPort),
      ...members.map(addressOf),
    ],
    secrets: [internalAuthority.name, monitoringPassword.name].map((name) => ({
      source: name,
      target: name,
      mode: 0o400,
    })),
    volumes: [{ type: "tmpfs", target: "/run/redis-exporter", tmpfs: { size: 1_000_000 } }],
    networks: { [hostNetwork]: null },
    stop_grace_period: "5s",
    deploy: pinnedTo(host, { limits: { memory: String(redisExporterMemoryBytes) } }),
  }
}
