import type { Component, ServiceEntry, ToolCheck } from "../core/component.ts"
import type { Fleet, Host } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"
import { waves } from "../core/waves.ts"
import { keepalivedConfig } from "./config.ts"
import { keepalivedMonitoring } from "./monitoring.ts"
import { configKey, keepalivedConfigService, keepalivedService } from "./service.ts"

/** The floating IP: VRRP between the load balancers, tied to HAProxy's health. */
export const keepalived: Component = {
  name: "keepalived",
  contribute: (fleet) => {
    const hosts = hostsOf(fleet, "loadBalancer")
    return {
      services: [
        {
          tier: "edge",
          name: "keepalived-config",
          rollout: { wave: waves.edge + 20, deadlineSeconds: 120, impact: "reload" },
          definition: keepalivedConfigService(fleet),
          configs: hosts.map((host) => ({
            key: configKey(host),
            path: configPath(host),
            text: keepalivedConfig(fleet, host),
          })),
        },
        ...hosts.map(
          (host): ServiceEntry => ({
            tier: "edge",
            name: `keepalived-${host.index}`,
            rollout: {
              wave: waves.edge + 30,
              deadlineSeconds: 120,
              impact: "restart",
              leader: "vip",
            },
            definition: keepalivedService(fleet, host),
            configs: [],
          }),
        ),
      ],
      flows: [
        {
          from: "loadBalancer",
          to: "loadBalancer",
          protocol: "vrrp",
          port: null,
          service: "VRRP advertisements",
        },
      ],
      files: [],
      checks: hosts.map((host) => check(fleet, host)),
      credentials: [],
      monitored: keepalivedMonitoring(fleet),
    }
  },
}

function configPath(host: Host): string {
  return `configs/keepalived/${host.name}.conf`
}

/** Keepalived refuses interfaces that do not exist, so the check makes those that are missing. */
function check(fleet: Fleet, host: Host): ToolCheck {
  const { publicInterface, privateInterface } = fleet.provider
  return {
    name: `keepalived -t ${host.name}`,
    image: "keepalived",
    command: [
      `for name in ${publicInterface} ${privateInterface}; do`,
      '  test -e "/sys/class/net/$name" || ip link add "$name" type bridge',
      "done",
      "mkdir -p /run/keepalived",
      `keepalived -t -f /stack/${configPath(host)}`,
    ].join("\n"),
  }
}
