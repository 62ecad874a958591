import { accepting } from "../core/accepting.ts"
import { configService } from "../core/config-service.ts"
import { internalAuthority } from "../core/credentials.ts"
import type { Fleet } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { oneByOne } from "../core/one-by-one.ts"
import { onRole } from "../core/roles.ts"
import type { SwarmMount, SwarmService } from "../core/swarm-service.ts"
import { passwordSecrets } from "../patroni/roles.ts"
import { maxClients } from "./config.ts"
import { pgbouncerPort, routeSocket, socketDirectory } from "./ports.ts"

const poolerVolume: SwarmMount = {
  type: "volume",
  source: "pgbouncer-run",
  target: "/run/pgbouncer",
}
/** Holds the configuration and the sockets of the route. */
export const routeVolume = {
  type: "volume",
  source: "haproxy-run",
  target: "/run/haproxy",
} as const

/**
 * Holds PgBouncer's socket and nothing else: the app's tasks mount it too, and
 * must not find the pooler's password beside it.
 */
export const socketVolume = {
  type: "volume",
  source: "database-run",
  target: socketDirectory,
} as const

/** PgBouncer on every app host. */
export function pgbouncerService(fleet: Fleet): SwarmService {
  const nofile = openFiles()
  return {
    image: fleet.images.pgbouncer,
    entrypoint: ["/usr/local/bin/run-pgbouncer"],
    init: true,
    // The guard beside PgBouncer asks HAProxy who the primary is.
    volumes: [poolerVolume, socketVolume, { ...routeVolume, read_only: true }],
    networks: { [hostNetwork]: null },
    healthcheck: accepting(`${socketDirectory}/.s.PGSQL.${pgbouncerPort}`),
    ulimits: { nofile: { soft: nofile, hard: nofile } },
    stop_signal: "SIGINT",
    stop_grace_period: "30s",
    deploy: onEveryAppHost(),
  }
}

/** Delivers pgbouncer.ini, the authority and the pooler's own password. */
export function pgbouncerConfigService(fleet: Fleet): SwarmService {
  return configService("pgbouncer", "app", {
    image: fleet.images.pgbouncer,
    configs: [{ source: "pgbouncer_ini", target: "/config/pgbouncer.ini" }],
    secrets: [internalAuthority.name, passwordSecrets.pgbouncer_auth].map((name) => ({
      source: name,
      target: name,
      mode: 0o400,
    })),
    volumes: [poolerVolume, socketVolume],
    networks: { [hostNetwork]: null },
  })
}

/** HAProxy between PgBouncer and the database, on every app host's loopback. */
export function routeService(fleet: Fleet): SwarmService {
  return {
    image: fleet.images.haproxy,
    entrypoint: ["/usr/local/bin/run-haproxy"],
    volumes: [routeVolume],
    networks: { [hostNetwork]: null },
    healthcheck: accepting(routeSocket),
    // No grace for old connections: PgBouncer opens new ones.
    stop_signal: "SIGTERM",
    stop_grace_period: "10s",
    deploy: onEveryAppHost(),
  }
}

/** Delivers the route's haproxy.cfg and the authority its checks trust. */
export function routeConfigService(fleet: Fleet): SwarmService {
  return configService("haproxy", "app", {
    image: fleet.images.haproxy,
    configs: [{ source: "database_route_cfg", target: "/config/haproxy.cfg" }],
    secrets: [{ source: internalAuthority.name, target: internalAuthority.name, mode: 0o400 }],
    volumes: [routeVolume],
    networks: { [hostNetwork]: null },
  })
}

/** A descriptor for each client, a thousand for the rest, rounded up to a power of two. */
function openFiles(): number {
  return 2 ** Math.ceil(Math.log2(maxClients + 1000))
}

function onEveryAppHost(): SwarmService["deploy"] {
  return {
    mode: "global",
    endpoint_mode: "dnsrr",
    placement: { constraints: [onRole("app")] },
    restart_policy: { condition: "any", delay: "1s" },
    ...oneByOne("10s"),
  }
}
