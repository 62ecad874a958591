import { maxAppHosts } from "../app/task-count.ts"
import type { Component, ToolCheck } from "../core/component.ts"
import { exporterDeploy } from "../core/exporter-deploy.ts"
import type { Fleet } from "../core/fleet.ts"
import { edgeNetwork } from "../core/networks.ts"
import { rollDeadlineSeconds } from "../core/one-by-one.ts"
import { onRole } from "../core/roles.ts"
import type { SwarmService } from "../core/swarm-service.ts"
import { loadTemplate } from "../core/template.ts"
import { waves } from "../core/waves.ts"
import { withDashboard } from "../core/with-dashboard.ts"
import { generatedHeader } from "../core/yaml.ts"
import { withRoute } from "../pgbouncer/index.ts"
import { metricsPath, routeSocket } from "../pgbouncer/ports.ts"
import { routeVolume } from "../pgbouncer/service.ts"
import { whereMonitored } from "../prometheus/placement.ts"
import { routeDashboard } from "./dashboard.ts"
import { routeExporter, routeExporterPort, routeMonitoring } from "./monitoring.ts"

/** It needs some 15 MB. */
const memoryLimitBytes = 50e6

const configPath = "configs/database-route-exporter/exporter.cfg"
const configKey = "database_route_exporter_cfg"
const template = loadTemplate(import.meta.url, "exporter.cfg.hbs")

/** Whom each app host takes for the primary and for replicas. */
export const databaseRouteExporter: Component = {
  name: routeExporter,
  contribute: (fleet) =>
    whereMonitored(fleet, () => {
      if (fleet.database === null) return {}
      return {
        services: [
          {
            tier: "monitoring",
            name: routeExporter,
            rollout: {
              wave: waves.monitoring,
              deadlineSeconds: rollDeadlineSeconds(maxAppHosts(fleet)),
              impact: "unseen",
              // Without its exporter a route looks lost.
              alerts: [{ name: "DatabaseRouteDown" }],
            },
            definition: service(fleet),
            configs: [{ key: configKey, path: configPath, text: exporterConfig(fleet) }],
          },
        ],
        checks: [check],
        monitored: withDashboard(routeMonitoring(fleet), routeDashboard),
      }
    }),
}

function exporterConfig(fleet: Fleet): string {
  return template({
    header: generatedHeader(fleet.source),
    port: routeExporterPort,
    metricsPath,
    socket: routeSocket,
  })
}

/** In every app host's overlay network, where Prometheus finds it by Docker's DNS. */
function service(fleet: Fleet): SwarmService {
  return {
    image: fleet.images.haproxy,
    entrypoint: ["haproxy", "-db", "-f", "/config/exporter.cfg"],
    user: "nobody",
    read_only: true,
    configs: [{ source: configKey, target: "/config/exporter.cfg" }],
    volumes: [{ ...routeVolume, read_only: true }],
    networks: { [edgeNetwork]: null },
    stop_signal: "SIGTERM",
    stop_grace_period: "5s",
    deploy: exporterDeploy(onRole("app"), memoryLimitBytes),
  }
}

const ask = `perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new("127.0.0.1:${routeExporterPort}") or exit 1; print $s "GET ${metricsPath} HTTP/1.0\\r\\n\\r\\n"; print <$s>'`

/** Both as they run in the fleet: that the metrics asked for exist is known only of an answer. */
const check: ToolCheck = {
  name: "database-route-exporter asks HAProxy",
  image: "haproxy",
  command: [
    ...withRoute("haproxy -f /tmp/haproxy.cfg -db > /tmp/log 2>&1 &"),
    `setpriv --reuid=nobody --clear-groups haproxy -db -f /stack/${configPath} > /tmp/exporter.log 2>&1 &`,
    "tries=0",
    `until ${ask} > /tmp/metrics && grep -q 'proxy="replicas"' /tmp/metrics; do`,
    '  tries=$((tries + 1)); if [ "$tries" -ge 50 ]; then cat /tmp/log /tmp/exporter.log /tmp/metrics; exit 1; fi',
    "  sleep 0.1",
    "done",
    "cat /tmp/exporter.log",
    `grep '^haproxy_backend_active_servers{proxy="primary"}' /tmp/metrics`,
  ].join("\n"),
}
