import type { Component, ToolCheck } from "../core/component.ts"
import type { Fleet } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { oneByOne } from "../core/one-by-one.ts"
import { onRole } from "../core/roles.ts"
import type { SwarmService } from "../core/swarm-service.ts"
import { waves } from "../core/waves.ts"
import { whereMonitored } from "../prometheus/placement.ts"
import { blackboxConfig } from "./config.ts"
import { probeMonitoring, probePort } from "./monitoring.ts"

const configPath = "configs/blackbox-exporter/blackbox.yml"
const configKey = "blackbox_yml"

/** It needs some 20 MB. */
const memoryLimitBytes = 60e6

/** Asks the shop as a visitor does, from every load balancer. */
export const blackboxExporter: Component = {
  name: "blackbox-exporter",
  contribute: (fleet) =>
    whereMonitored(fleet, () => ({
      services: [
        {
          tier: "monitoring",
          name: "blackbox-exporter",
          rollout: { wave: waves.monitoring, deadlineSeconds: 180, impact: "unseen" },
          definition: service(fleet),
          configs: [{ key: configKey, path: configPath, text: blackboxConfig(fleet) }],
        },
      ],
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
      monitored: probeMonitoring(fleet),
    })),
}

function service(fleet: Fleet): SwarmService {
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
    deploy: {
      mode: "global",
      endpoint_mode: "dnsrr",
      placement: { constraints: [onRole("loadBalancer")] },
      resources: { limits: { memory: String(memoryLimitBytes) } },
      restart_policy: { condition: "any", delay: "1s" },
      ...oneByOne("5s"),
    },
  }
}

const check: ToolCheck = {
  name: "blackbox-exporter --config.check",
  image: "exporters",
  command: `prometheus-blackbox-exporter --config.check --config.file=/stack/${configPath}`,
}
