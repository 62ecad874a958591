import { configService } from "../core/config-service.ts"
import { internalAuthority } from "../core/credentials.ts"
import type { Database, Fleet, Host } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { pinnedTo } from "../core/pinned.ts"
import { hostsOf } from "../core/roles.ts"
import type { SwarmMount, SwarmService } from "../core/swarm-service.ts"
import { patroniPort } from "./ports.ts"
import { passwordSecrets, restPassword, superuserPassword } from "./roles.ts"
import { sharedMemoryBytes } from "./tuning.ts"

const runVolume: SwarmMount = { type: "volume", source: "patroni-run", target: "/run/patroni" }

/** Time for a checkpoint and for the replicas to take what is left, in seconds. */
export const stopGraceSeconds = 120

/**
 * One database member on its host, in the host's network. Its task has neither
 * configs nor secrets, so none of their changes restarts PostgreSQL.
 */
export function patroniService(fleet: Fleet, database: Database, host: Host): SwarmService {
  const memory = String(database.memoryBytes)
  return {
    image: fleet.images.postgres,
    entrypoint: ["/usr/local/bin/run-patroni"],
    // No `init`: the first process is Patroni's watchdog.
    volumes: [
      { type: "volume", source: "postgres-data", target: "/var/lib/postgresql" },
      runVolume,
      {
        type: "tmpfs",
        target: "/dev/shm",
        tmpfs: { size: sharedMemoryBytes(database.memoryBytes) },
      },
    ],
    networks: { [hostNetwork]: null },
    healthcheck: {
      // Patroni's own loop. Never readiness: Swarm kills what is unhealthy, also a
      // replica that copies the primary for an hour.
      test: [
        "CMD",
        "curl",
        "--silent",
        "--fail",
        "--output",
        "/dev/null",
        "--cacert",
        "/run/patroni/ca.pem",
        `https://${host.privateAddress}:${patroniPort}/liveness`,
      ],
      // Each check is a process; who is the primary is up to Patroni's lease, not to this.
      interval: "10s",
      timeout: "4s",
      retries: 3,
      start_period: "120s",
      start_interval: "1s",
    },
    stop_grace_period: `${stopGraceSeconds}s`,
    deploy: pinnedTo(host, { limits: { memory }, reservations: { memory } }),
  }
}

/** Delivers each member its own file, the cluster's settings, certificates and passwords. */
export function patroniConfigService(fleet: Fleet): SwarmService {
  const secrets = [
    internalAuthority.name,
    "patroni_tls",
    restPassword,
    superuserPassword,
    ...Object.values(passwordSecrets),
  ]
  return configService("patroni", "database", {
    image: fleet.images.postgres,
    hostname: "{{.Node.Hostname}}",
    configs: [
      { source: dynamicKey, target: "/config/dynamic.json" },
      ...hostsOf(fleet, "database").map((host) => ({
        source: memberKey(host),
        target: `/config/patroni/${host.name}.yml`,
      })),
    ],
    secrets: secrets.sort().map((name) => ({ source: name, target: name, mode: 0o400 })),
    volumes: [runVolume],
    networks: { [hostNetwork]: null },
  })
}

/** Key of the cluster's settings in the stack file. */
export const dynamicKey = "patroni_dynamic"

/** Key of a member's configuration in the stack file. */
export function memberKey(host: Host): string {
  return `patroni_${host.name.replaceAll("-", "_")}`
}
