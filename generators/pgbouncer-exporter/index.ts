import { maxAppHosts } from "../app/task-count.ts"
import type { Component, ToolCheck } from "../core/component.ts"
import { exporterDeploy } from "../core/exporter-deploy.ts"
import type { Fleet } from "../core/fleet.ts"
import { edgeNetwork } from "../core/networks.ts"
import { rollDeadlineSeconds } from "../core/one-by-one.ts"
import { onRole } from "../core/roles.ts"
import type { SwarmService } from "../core/swarm-service.ts"
import { waves } from "../core/waves.ts"
import { withDashboard } from "../core/with-dashboard.ts"
import { startPooler } from "../pgbouncer/index.ts"
import { pgbouncerPort, socketDirectory } from "../pgbouncer/ports.ts"
import { socketVolume } from "../pgbouncer/service.ts"
import { whereMonitored } from "../prometheus/placement.ts"
import { pgbouncerDashboard } from "./dashboard.ts"
import {
  pgbouncerExporter as name,
  pgbouncerExporterPort,
  pgbouncerMonitoring,
} from "./monitoring.ts"

/** It needs some 20 MB. */
const memoryLimitBytes = 60e6

/**
 * The exporter's arguments. No password: PgBouncer's console lets in whoever has PgBouncer's own
 * uid and comes through its socket.
 */
const exporter = [
  "prometheus-pgbouncer-exporter",
  "--log.level=warn",
  `--web.listen-address=:${pgbouncerExporterPort}`,
  `--pgBouncer.connectionString=host=${socketDirectory} port=${pgbouncerPort} user=pgbouncer dbname=pgbouncer sslmode=disable`,
  // PgBouncer's process is in another container.
  "--pgBouncer.pid-file=",
]

/** Asks the PgBouncer of every app host how its pools are. */
export const pgbouncerExporter: Component = {
  name,
  contribute: (fleet) =>
    whereMonitored(fleet, () => {
      const { database } = fleet
      if (database === null) return {}
      return {
        services: [
          {
            tier: "monitoring",
            name,
            rollout: {
              wave: waves.monitoring,
              deadlineSeconds: rollDeadlineSeconds(maxAppHosts(fleet)),
              impact: "unseen",
              // Without its exporter a PgBouncer looks lost.
              alerts: [{ name: "PgbouncerDown" }],
            },
            definition: service(fleet),
            configs: [],
          },
        ],
        checks: [check],
        monitored: withDashboard(pgbouncerMonitoring(fleet, database), (instances) =>
          pgbouncerDashboard(fleet, database, instances),
        ),
      }
    }),
}

/** App hosts come and go, so Prometheus finds it by Docker's DNS, which takes an overlay network. */
function service(fleet: Fleet): SwarmService {
  return {
    image: fleet.images.pgbouncer,
    entrypoint: exporter,
    user: "postgres",
    read_only: true,
    volumes: [{ ...socketVolume, read_only: true }],
    networks: { [edgeNetwork]: null },
    stop_grace_period: "5s",
    deploy: exporterDeploy(onRole("app"), memoryLimitBytes),
  }
}

/** Both as they run in the fleet: what the console answers is not known before it was asked. */
const check: ToolCheck = {
  name: "pgbouncer-exporter asks PgBouncer",
  image: "pgbouncer",
  command: [
    ...startPooler(20, "&"),
    `until [ -S ${socketDirectory}/.s.PGSQL.${pgbouncerPort} ]; do sleep 0.1; done`,
    `setpriv --reuid=postgres --regid=postgres --init-groups ${exporter.map((word) => `'${word}'`).join(" ")} > /tmp/exporter.log 2>&1 &`,
    "tries=0",
    `until perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new("127.0.0.1:${pgbouncerExporterPort}")'; do`,
    '  tries=$((tries + 1)); if [ "$tries" -ge 50 ]; then cat /tmp/exporter.log; exit 1; fi',
    "  sleep 0.1",
    "done",
    `perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new("127.0.0.1:${pgbouncerExporterPort}"); print $s "GET /metrics HTTP/1.0\\r\\n\\r\\n"; print <$s>' > /tmp/metrics`,
    "cat /tmp/exporter.log",
    "grep '^pgbouncer_up 1' /tmp/metrics && grep '^pgbouncer_databases_pool_size.*name=\"app_rw\"' /tmp/metrics",
  ].join("\n"),
}
