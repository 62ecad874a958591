import { accepting } from "../core/accepting.ts"
import { configService } from "../core/config-service.ts"
import { internalAuthority } from "../core/credentials.ts"
import { formatDuration } from "../core/duration.ts"
import type { Fleet, Host } from "../core/fleet.ts"
import { edgeNetwork, hostNetwork } from "../core/networks.ts"
import { oneByOne } from "../core/one-by-one.ts"
import { onHost, onRole } from "../core/roles.ts"
import type { SwarmMount, SwarmService } from "../core/swarm-service.ts"
import { asksInternalStorage } from "./images.ts"
import { hardStopSeconds, openFiles } from "./limits.ts"
import { metricsPort } from "./ports.ts"

const runVolume: SwarmMount = { type: "volume", source: "haproxy-run", target: "/run/haproxy" }

/**
 * HAProxy on one load balancer: a service of its own, so that a deploy decides
 * which host comes first. Ports are published on the host itself: the routing
 * mesh would hide the client's address, and the floating IP is local.
 */
export function haproxyService(fleet: Fleet, host: Host): SwarmService {
  const nofile = openFiles(fleet)
  return {
    image: fleet.images.haproxy,
    entrypoint: ["/usr/local/bin/run-haproxy"],
    volumes: [runVolume],
    networks: { [edgeNetwork]: null },
    ports: [80, 443, metricsPort].map((port) => ({
      target: port,
      published: port,
      protocol: "tcp",
      mode: "host",
    })),
    healthcheck: accepting("/run/haproxy/health.sock"),
    ulimits: { nofile: { soft: nofile, hard: nofile } },
    stop_signal: "SIGUSR1",
    stop_grace_period: formatDuration(hardStopSeconds(fleet) + 5),
    deploy: {
      mode: "global",
      endpoint_mode: "dnsrr",
      placement: { constraints: [onRole("loadBalancer"), onHost(host)] },
      restart_policy: { condition: "any", delay: "1s" },
      // The old task holds the host's ports, so the new one cannot start first.
      ...oneByOne("10s"),
    },
  }
}

/** Delivers haproxy.cfg and the certificate to every load balancer. */
export function haproxyConfigService(fleet: Fleet): SwarmService {
  // Among the other files, not among the certificates that HAProxy shows to visitors.
  const authority = { source: internalAuthority.name, target: "/config/internal_ca.pem" }
  return configService("haproxy", "loadBalancer", {
    image: fleet.images.haproxy,
    configs: [{ source: "haproxy_cfg", target: "/config/haproxy.cfg" }],
    secrets: [
      { source: "edge_tls", target: "edge_tls", mode: 0o400 },
      ...(asksInternalStorage(fleet) ? [{ ...authority, mode: 0o400 }] : []),
    ],
    volumes: [runVolume],
    networks: { [hostNetwork]: null },
  })
}
