import { configService } from "../core/config-service.ts"
import type { Fleet, Host } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { oneByOne } from "../core/one-by-one.ts"
import { hostsOf, onHost, onRole } from "../core/roles.ts"
import type { SwarmMount, SwarmService } from "../core/swarm-service.ts"
import { textfiles } from "../node-exporter/service.ts"

const runVolume: SwarmMount = {
  type: "volume",
  source: "keepalived-run",
  target: "/run/keepalived",
}

/** Keepalived on one load balancer, in the host's network: it moves the host's addresses. */
export function keepalivedService(fleet: Fleet, host: Host): SwarmService {
  return {
    image: fleet.images.keepalived,
    entrypoint: ["/usr/local/bin/run-keepalived"],
    volumes: [
      runVolume,
      { type: "volume", source: "haproxy-run", target: "/run/haproxy", read_only: true },
      ...(fleet.monitoring === null ? [] : [textfiles]),
    ],
    networks: { [hostNetwork]: null },
    cap_add: ["NET_ADMIN", "NET_BROADCAST", "NET_RAW", "SYS_NICE"],
    // On SIGTERM it gives the address away before it ends, within one advertisement.
    stop_grace_period: "5s",
    deploy: {
      mode: "global",
      endpoint_mode: "dnsrr",
      placement: { constraints: [onRole("loadBalancer"), onHost(host)] },
      restart_policy: { condition: "any", delay: "1s" },
      ...oneByOne("10s"),
    },
  }
}

/** Delivers each load balancer its own file: all are mounted, the host's name picks one. */
export function keepalivedConfigService(fleet: Fleet): SwarmService {
  return configService("keepalived", "loadBalancer", {
    image: fleet.images.keepalived,
    hostname: "{{.Node.Hostname}}",
    configs: hostsOf(fleet, "loadBalancer").map((host) => ({
      source: configKey(host),
      target: `/config/keepalived/${host.name}.conf`,
    })),
    volumes: [runVolume],
    networks: { [hostNetwork]: null },
  })
}

/** Key of a host's configuration in the stack file. */
export function configKey(host: Host): string {
  return `keepalived_${host.name.replaceAll("-", "_")}`
}
