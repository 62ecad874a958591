import type { Component, ToolCheck } from "../core/component.ts"
import { internalAuthority } from "../core/credentials.ts"
import type { Fleet, Host } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { pinnedTo } from "../core/pinned.ts"
import type { SwarmService } from "../core/swarm-service.ts"
import { waves } from "../core/waves.ts"
import { withDashboard } from "../core/with-dashboard.ts"
import { loginOf } from "../patroni/roles.ts"
import { whereMonitored } from "../prometheus/placement.ts"
import { postgresDashboard } from "./dashboard.ts"
import { postgresExporterPort, postgresMonitoring } from "./monitoring.ts"

/** It needs some 25 MB. */
export const postgresExporterMemoryBytes = 60e6

/** What is read: some hundred series of each member; the settings alone would be nearly three hundred more. */
const options = [
  "--disable-default-metrics",
  "--disable-settings-metrics",
  ...[
    "locks",
    "replication",
    "roles",
    "stat_bgwriter",
    "stat_user_tables",
    "statio_user_tables",
    "wal",
  ].map((name) => `--no-collector.${name}`),
  ...["database_wraparound", "long_running_transactions", "stat_checkpointer"].map(
    (name) => `--collector.${name}`,
  ),
]

const login = loginOf("monitor")

/**
 * Asks every member of the database what Patroni does not tell, from beside Prometheus: one
 * process for all, because a database host's memory is PostgreSQL's.
 */
export const postgresExporter: Component = {
  name: "postgres-exporter",
  contribute: (fleet) =>
    whereMonitored(fleet, (_, host) => {
      const { database } = fleet
      if (database === null) return {}
      return {
        services: [
          {
            tier: "monitoring",
            name: "postgres-exporter",
            rollout: {
              wave: waves.monitoring,
              deadlineSeconds: 180,
              impact: "unseen",
              alerts: [{ name: "PostgresUnobserved" }],
            },
            definition: service(fleet, host),
            configs: [],
          },
        ],
        // The way to PostgreSQL is in the database's own flows.
        checks: [check],
        credentials: [internalAuthority, login],
        monitored: withDashboard(postgresMonitoring(fleet, database, host), () =>
          postgresDashboard(database),
        ),
      }
    }),
}

function service(fleet: Fleet, host: Host): SwarmService {
  return {
    image: fleet.images.exporters,
    entrypoint: [
      "/usr/local/bin/run-postgres-exporter",
      fleet.network.privateSubnet,
      String(postgresExporterPort),
      ...options,
    ],
    secrets: [internalAuthority.name, login.name].map((name) => ({
      source: name,
      target: name,
      mode: 0o400,
    })),
    volumes: [{ type: "tmpfs", target: "/run/postgres-exporter", tmpfs: { size: 1_000_000 } }],
    networks: { [hostNetwork]: null },
    stop_grace_period: "5s",
    deploy: pinnedTo(host, { limits: { memory: String(postgresExporterMemoryBytes) } }),
  }
}

/** The exporter has no test mode: what still runs after a moment, and complains of nothing, was accepted. */
const check: ToolCheck = {
  name: "postgres-exporter --config.file",
  image: "exporters",
  command: [
    "mkdir -p /run/secrets /run/postgres-exporter",
    "touch /run/secrets/internal_ca",
    // A password may hold what YAML takes for its own.
    "printf '%s' \"monitor_00000001:a: b#{%}'c\" > /run/secrets/postgres_monitor_password",
    "status=0",
    `timeout 2 run-postgres-exporter 127.0.0.0/8 ${postgresExporterPort} ${options.join(" ")} > /tmp/log 2>&1 || status=$?`,
    "cat /tmp/log",
    // It misses a member of its own to ask, which it has not got here nor in the fleet.
    'test "$status" -eq 124 && ! grep -E "level=(WARN|ERROR)" /tmp/log | grep -v "empty dsn"',
  ].join("\n"),
}
