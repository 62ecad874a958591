import type { Fleet, Host } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { pinnedTo } from "../core/pinned.ts"
import type { SwarmService } from "../core/swarm-service.ts"

/**
 * Of each member: reserved, and the most it may use. Its own need is some 50 MB;
 * the quota of its file is mapped on top of that.
 */
export const etcdMemoryBytes = 400e6

/** The etcd member of one manager, in the host's network: its address is its identity. */
export function etcdService(fleet: Fleet, host: Host): SwarmService {
  const memory = String(etcdMemoryBytes)
  return {
    image: fleet.images.etcd,
    entrypoint: ["/usr/local/bin/run-etcd"],
    init: true,
    configs: [{ source: configKey(host), target: "/config/etcd.yaml" }],
    secrets: ["etcd_tls", "internal_ca"].map((name) => ({
      source: name,
      target: name,
      mode: 0o400,
    })),
    volumes: [
      { type: "volume", source: "etcd-data", target: "/var/lib/etcd" },
      { type: "tmpfs", target: "/run/etcd", tmpfs: { size: 1_048_576 } },
    ],
    networks: { [hostNetwork]: null },
    healthcheck: {
      test: ["CMD", "/usr/local/libexec/healthcheck"],
      interval: "10s",
      timeout: "3s",
      retries: 3,
      start_period: "60s",
      start_interval: "1s",
    },
    stop_grace_period: "30s",
    deploy: pinnedTo(host, { limits: { memory }, reservations: { memory } }),
  }
}

/** Key of a member's configuration in the stack file. */
export function configKey(host: Host): string {
  return `etcd_${host.name.replaceAll("-", "_")}`
}
