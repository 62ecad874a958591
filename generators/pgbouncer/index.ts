import { maxAppHosts } from "../app/task-count.ts"
import {
  type Component,
  contribution,
  type ServiceEntry,
  type ToolCheck,
} from "../core/component.ts"
import { internalAuthority } from "../core/credentials.ts"
import type { Database, Fleet } from "../core/fleet.ts"
import { rollDeadlineSeconds } from "../core/one-by-one.ts"
import { waves } from "../core/waves.ts"
import { loginOf } from "../patroni/roles.ts"
import { pgbouncerConfig, routeConfig } from "./config.ts"
import {
  pgbouncerConfigService,
  pgbouncerService,
  routeConfigService,
  routeService,
} from "./service.ts"

const poolerPath = "configs/pgbouncer/pgbouncer.ini"
const routePath = "configs/pgbouncer/database-route.cfg"

/** The app's way to the database: a pooler and a router on every app host. */
export const pgbouncer: Component = {
  name: "pgbouncer",
  contribute: (fleet) => {
    const { database } = fleet
    if (database === null) {
      return contribution()
    }
    return {
      services: services(fleet, database),
      // What they send out is in the database's own flows; they listen on no network.
      flows: [],
      files: [],
      checks: [poolerCheck, routeCheck],
      credentials: [internalAuthority, loginOf("pgbouncer_auth")],
    }
  },
}

function services(fleet: Fleet, database: Database): ServiceEntry[] {
  const deadlineSeconds = rollDeadlineSeconds(maxAppHosts(fleet))
  const reload = { deadlineSeconds, impact: "reload" as const }
  // Each task ends when its transactions have.
  const restart = { deadlineSeconds: deadlineSeconds + 120, impact: "restart" as const }
  const tier = "database"
  return [
    {
      tier,
      name: "database-route-config",
      rollout: { wave: waves.pooling, ...reload },
      definition: routeConfigService(fleet),
      configs: [{ key: "database_route_cfg", path: routePath, text: routeConfig(fleet, database) }],
    },
    {
      tier,
      name: "database-route",
      rollout: {
        wave: waves.pooling + 10,
        ...restart,
        alerts: [{ name: "DatabaseRouteDown" }, { name: "DatabaseRouteWithoutPrimary" }],
      },
      definition: routeService(fleet),
      configs: [],
    },
    {
      tier,
      name: "pgbouncer-config",
      rollout: { wave: waves.pooling + 20, ...reload },
      definition: pgbouncerConfigService(fleet),
      configs: [{ key: "pgbouncer_ini", path: poolerPath, text: pgbouncerConfig(fleet, database) }],
    },
    {
      tier,
      name: "pgbouncer",
      rollout: { wave: waves.pooling + 30, ...restart, alerts: [{ name: "PgbouncerDown" }] },
      definition: pgbouncerService(fleet),
      configs: [],
    },
  ]
}

/**
 * Shell of a tool check that runs PgBouncer with the rendered file for some seconds, without the
 * authority it has not got; its log is `/tmp/log`. `ending` is what follows the command, e.g. `&`.
 */
export function startPooler(seconds: number, ending: string): string[] {
  return [
    "mkdir -p /run/pgbouncer /run/database && chown postgres /run/database",
    "touch /run/pgbouncer/userlist.txt",
    "echo 'auth_user = pgbouncer_auth' > /run/pgbouncer/auth.ini",
    `sed 's/^server_tls_sslmode.*/server_tls_sslmode = require/; /^server_tls_ca_file/d' /stack/${poolerPath} > /tmp/pgbouncer.ini`,
    `timeout -s INT ${seconds} setpriv --reuid=postgres --regid=postgres --init-groups pgbouncer /tmp/pgbouncer.ini > /tmp/log 2>&1 ${ending}`,
  ]
}

/** PgBouncer has no test mode: it starts with the file. */
const poolerCheck: ToolCheck = {
  name: "pgbouncer",
  image: "pgbouncer",
  command: [
    ...startPooler(2, "|| :"),
    "cat /tmp/log",
    'grep -q "process up" /tmp/log && ! grep -qE " (ERROR|FATAL|WARNING) " /tmp/log',
  ].join("\n"),
}

/**
 * Shell of a tool check that calls HAProxy with the rendered file as `/tmp/haproxy.cfg`. The authority is a
 * secret, so it verifies nothing.
 */
export function withRoute(command: string): string[] {
  return [
    "mkdir -p /run/haproxy",
    `sed 's|verify required ca-file [^ ]*|verify none|' /stack/${routePath} > /tmp/haproxy.cfg`,
    command,
  ]
}

const routeCheck: ToolCheck = {
  name: "haproxy -c database-route",
  image: "haproxy",
  command: withRoute("haproxy -c -f /tmp/haproxy.cfg").join("\n"),
}
