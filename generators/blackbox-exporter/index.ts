import type { Component, ServiceEntry, ToolCheck } from "../core/component.ts"
import { exporterDeploy } from "../core/exporter-deploy.ts"
import type { Fleet, Host } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { pinnedTo } from "../core/pinned.ts"
import { onRole } from "../core/roles.ts"
import type { SwarmService } from "../core/swarm-service.ts"
import { waves } from "../core/waves.ts"
import { withDashboard } from "../core/with-dashboard.ts"
import { whereMonitored } from "../prometheus/placement.ts"
import { certificateScrape } from "./certificates.ts"
import { blackboxConfig } from "./config.ts"
import { outsideDashboard } from "./dashboard.ts"
import { probeMonitoring } from "./monitoring.ts"
import { probePort } from "./ports.ts"

const configPath = "configs/blackbox-exporter/blackbox.yml"
const configKey = "blackbox_yml"

/** It needs some 20 MB. */
export const proberMemoryBytes = 60e6

/**
 * Asks the shop as a visitor does, from every load balancer; and, from beside Prometheus, what
 * certificates the daemons of the private network show.
 */
export const blackboxExporter: Component = {
  name: "blackbox-exporter",
  contribute: (fleet) =>
    whereMonitored(fleet, (_, host) => ({
      services: services(fleet, host),
      flows: [
        {
          from: "manager",
          to: "loadBalancer",
          protocol: "tcp",
          port: probePort,
          service: "probes of the shop",
        },
      ],
      checks: [check],
      monitored: withDashboard(probeMonitoring(fleet, host), () => outsideDashboard(fleet)),
    })),
}

function services(fleet: Fleet, host: Host): ServiceEntry[] {
  const entry = (name: string, deploy: SwarmService["deploy"]): ServiceEntry => ({
    tier: "monitoring",
    name,
    rollout: {
      wave: waves.monitoring,
      deadlineSeconds: 180,
      impact: "unseen",
      alerts: [{ name: "ProberDown" }],
    },
    definition: { ...prober(fleet), deploy },
    configs: [],
  })
  const config = { key: configKey, path: configPath, text: blackboxConfig(fleet) }
  return [
    { ...entry("blackbox-exporter", onBalancers), configs: [config] },
    // It asks where it may reach already; its questions pass in the flows of those who answer.
    ...(certificateScrape(fleet, host) === null
      ? []
      : [entry("certificate-prober", pinnedTo(host, resources))]),
  ]
}

const resources = { limits: { memory: String(proberMemoryBytes) } }

const onBalancers = exporterDeploy(onRole("loadBalancer"), proberMemoryBytes)

function prober(fleet: Fleet): Omit<SwarmService, "deploy"> {
  return {
    image: fleet.images.exporters,
    entrypoint: [
      "/usr/local/bin/run-exporter",
      fleet.network.privateSubnet,
      String(probePort),
      "prometheus-blackbox-exporter",
      "--config.file=/config/blackbox.yml",
    ],
    user: "nobody",
    read_only: true,
    configs: [{ source: configKey, target: "/config/blackbox.yml" }],
    networks: { [hostNetwork]: null },
    stop_grace_period: "5s",
  }
}

const check: ToolCheck = {
  name: "blackbox-exporter --config.check",
  image: "exporters",
  command: `prometheus-blackbox-exporter --config.check --config.file=/stack/${configPath}`,
}
