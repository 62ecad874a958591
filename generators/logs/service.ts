import { internalAuthority, internalCertificate } from "../core/credentials.ts"
import type { Fleet, Host, Logs } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { oneByOne } from "../core/one-by-one.ts"
import { pinnedTo } from "../core/pinned.ts"
import type { SwarmService } from "../core/swarm-service.ts"
import { shippingHosts } from "./placement.ts"
import { logStoreMetricsPort } from "./ports.ts"

/** It needs some 27 MB, and a few more while it reads what waited on disk. */
export const shipperMemoryBytes = 80e6
/** In a flash sale HAProxy needs the processors, and its log is larger than anybody reads. */
const shipperCpus = "0.5"
/** rsyslogd needs some 11 MB, keep-logs 10, a search of the store 20 and what it finds. */
export const storeMemoryBytes = 150e6

/** Whoever shows it may store lines. */
export const shipperCertificate = internalCertificate("log_shipper_tls", [])

/** Shippers send to nobody else. */
export function storeCertificate(store: Host) {
  return internalCertificate("log_store_tls", [store])
}

/** The shipper of every Swarm node. Docker's files are read-only to it, and nothing else of the host is there. */
export function shipperService(fleet: Fleet, configKey: string): SwarmService {
  return {
    image: fleet.images.logs,
    entrypoint: ["/usr/local/bin/run-log-shipper"],
    init: true,
    read_only: true,
    cap_drop: ["ALL"],
    environment: { NODE: "{{.Node.Hostname}}" },
    configs: [{ source: configKey, target: "/config/log-shipper.conf" }],
    secrets: secrets(shipperCertificate.name),
    volumes: [
      {
        type: "bind",
        source: "/var/lib/docker/containers",
        target: "/containers",
        read_only: true,
      },
      // How far each file was read, and what the store has not taken yet.
      { type: "volume", source: "log-shipper-data", target: "/var/lib/log-shipper" },
      { type: "tmpfs", target: "/run/log-shipper", tmpfs: { size: 1_000_000 } },
    ],
    networks: { [hostNetwork]: null },
    stop_grace_period: "10s",
    deploy: {
      mode: "global",
      endpoint_mode: "dnsrr",
      resources: { limits: { memory: String(shipperMemoryBytes), cpus: shipperCpus } },
      restart_policy: { condition: "any", delay: "5s" },
      ...onAllHostsAtOnce(),
    },
  }
}

/** The store, within the bounds of the spec. */
export function storeService(
  fleet: Fleet,
  logs: Logs,
  host: Host,
  configKey: string,
): SwarmService {
  const metrics = `${host.privateAddress}:${logStoreMetricsPort}`
  return {
    image: fleet.images.logs,
    entrypoint: ["/usr/local/bin/run-log-store"],
    init: true,
    environment: {
      HOSTS: shippingHosts(fleet)
        .map(({ name }) => name)
        .join(" "),
      LIMIT_BYTES: String(logs.storageBytes),
      METRICS_ADDRESS: metrics,
      RETENTION_SECONDS: String(logs.retentionSeconds),
    },
    configs: [{ source: configKey, target: "/config/log-store.conf" }],
    secrets: secrets(storeCertificate(host).name),
    volumes: [
      { type: "volume", source: "log-store-data", target: "/var/lib/log-store" },
      { type: "tmpfs", target: "/run/log-store", tmpfs: { size: 1_000_000 } },
    ],
    networks: { [hostNetwork]: null },
    healthcheck: {
      test: [
        "CMD",
        "bash",
        "-c",
        `exec 3<> /dev/tcp/${host.privateAddress}/${logStoreMetricsPort}`,
      ],
      interval: "30s",
      timeout: "5s",
      retries: 3,
      start_period: "30s",
      start_interval: "1s",
    },
    stop_grace_period: "10s",
    deploy: pinnedTo(host, { limits: { memory: String(storeMemoryBytes) } }),
  }
}

/** Nobody waits for a shipper, and one after another would take minutes on sixty hosts. */
function onAllHostsAtOnce() {
  const { update_config, rollback_config } = oneByOne("5s")
  return {
    update_config: { ...update_config, parallelism: 0 },
    rollback_config: { ...rollback_config, parallelism: 0 },
  }
}

function secrets(certificate: string): NonNullable<SwarmService["secrets"]> {
  return [internalAuthority.name, certificate].map((name) => ({
    source: name,
    target: name,
    mode: 0o400,
  }))
}
