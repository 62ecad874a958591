import { configService } from "../core/config-service.ts"
import { internalAuthority } from "../core/credentials.ts"
import type { Fleet, Host, Monitoring } from "../core/fleet.ts"
import { formatPromDuration } from "../core/monitoring.ts"
import { edgeNetwork, hostNetwork } from "../core/networks.ts"
import { pinnedTo } from "../core/pinned.ts"
import type { SwarmMount, SwarmService } from "../core/swarm-service.ts"
import { prometheusPort } from "./ports.ts"

const runVolume: SwarmMount = {
  type: "volume",
  source: "prometheus-run",
  target: "/run/prometheus",
}

/** Above this share of its limit Go collects garbage harder, instead of being killed. */
const goMemoryShare = 0.9

/**
 * Prometheus on its manager. The `edge` overlay is where it finds the shop's
 * tasks; everything else it reaches at the hosts' addresses.
 */
export function prometheusService(fleet: Fleet, monitoring: Monitoring, host: Host): SwarmService {
  const { memoryBytes, retentionSeconds, storageBytes } = monitoring
  return {
    image: fleet.images.prometheus,
    entrypoint: [
      "/usr/local/bin/run-monitor",
      "prometheus",
      "prometheus.yml",
      "--storage.tsdb.path=/var/lib/prometheus",
      `--storage.tsdb.retention.time=${formatPromDuration(retentionSeconds)}`,
      `--storage.tsdb.retention.size=${Math.floor(storageBytes / 2 ** 20)}MB`,
      `--web.external-url=http://${host.privateAddress}:${prometheusPort}`,
      // `deliver prometheus` reloads over HTTP, and is told what was refused.
      "--web.enable-lifecycle",
    ],
    environment: { GOMEMLIMIT: String(Math.floor(goMemoryShare * memoryBytes)) },
    init: true,
    volumes: [
      runVolume,
      { type: "volume", source: "prometheus-data", target: "/var/lib/prometheus" },
    ],
    networks: { [edgeNetwork]: null },
    ports: [{ target: prometheusPort, published: prometheusPort, protocol: "tcp", mode: "host" }],
    healthcheck: healthy(`127.0.0.1:${prometheusPort}`),
    // Samples in memory are in the write-ahead log already.
    stop_grace_period: "30s",
    deploy: pinnedTo(host, { limits: { memory: String(memoryBytes) } }),
  }
}

/** Delivers prometheus.yml, the rules and the authority. */
export function prometheusConfigService(
  fleet: Fleet,
  host: Host,
  files: { source: string; target: string }[],
): SwarmService {
  return configService("prometheus", host, {
    image: fleet.images.prometheus,
    environment: { ADDRESS: `${host.privateAddress}:${prometheusPort}` },
    configs: files,
    secrets: [{ source: internalAuthority.name, target: internalAuthority.name, mode: 0o400 }],
    volumes: [runVolume],
    networks: { [hostNetwork]: null },
  })
}

/**
 * Both daemons say so at the same path: ready, not only alive. Prometheus is once it has read its
 * write-ahead log, so that until then its update has not converged.
 */
export function healthy(address: string): NonNullable<SwarmService["healthcheck"]> {
  return {
    test: [
      "CMD",
      "curl",
      "--silent",
      "--fail",
      "--output",
      "/dev/null",
      `http://${address}/-/ready`,
    ],
    interval: "10s",
    timeout: "5s",
    retries: 6,
    start_period: "120s",
    start_interval: "1s",
  }
}
