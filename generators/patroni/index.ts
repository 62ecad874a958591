import { canonicalJson } from "../core/canonical.ts"
import {
  type Component,
  contribution,
  type ServiceEntry,
  type ToolCheck,
} from "../core/component.ts"
import { internalAuthority, internalCertificate, password } from "../core/credentials.ts"
import type { Database, Fleet, Flow, Host } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"
import { waves } from "../core/waves.ts"
import { withDashboard } from "../core/with-dashboard.ts"
import { patroniDashboard } from "./dashboard.ts"
import { dynamicConfig } from "./dynamic-config.ts"
import { memberConfig } from "./member-config.ts"
import { patroniMonitoring } from "./monitoring.ts"
import { patroniPort, postgresPort } from "./ports.ts"
import { loginOf, restPassword, roles, superuserPassword } from "./roles.ts"
import {
  dynamicKey,
  memberKey,
  patroniConfigService,
  patroniService,
  stopGraceSeconds,
} from "./service.ts"

/** PostgreSQL: one primary and its replicas, whose roles Patroni decides. */
export const patroni: Component = {
  name: "patroni",
  contribute: (fleet) => {
    const { database } = fleet
    if (database === null) {
      return contribution()
    }
    const hosts = hostsOf(fleet, "database")
    return {
      services: [delivery(fleet, database), ...hosts.map((host) => member(fleet, database, host))],
      flows: flows(),
      files: [],
      checks: hosts.map(check),
      credentials: [
        internalAuthority,
        internalCertificate("patroni_tls", hosts),
        password(restPassword),
        password(superuserPassword),
        ...roles.map(loginOf),
      ],
      monitored: withDashboard(patroniMonitoring(fleet, database), (instances) =>
        patroniDashboard(fleet, database, instances),
      ),
    }
  },
}

function delivery(fleet: Fleet, database: Database): ServiceEntry {
  const settings = {
    comment: `generated from ${fleet.source} by npx quickcart render, do not edit`,
    ...dynamicConfig(fleet, database),
  }
  return {
    tier: "database",
    name: "patroni-config",
    rollout: { wave: waves.database, deadlineSeconds: 180, impact: "reload" },
    definition: patroniConfigService(fleet),
    configs: [
      { key: dynamicKey, path: "configs/patroni/dynamic.json", text: canonicalJson(settings) },
      ...hostsOf(fleet, "database").map((host) => ({
        key: memberKey(host),
        path: configPath(host),
        text: memberConfig(fleet, database, host),
      })),
    ],
  }
}

/** Never two members at once, the primary last, after it handed over to another. */
function member(fleet: Fleet, database: Database, host: Host): ServiceEntry {
  return {
    tier: "database",
    name: `patroni-${host.index}`,
    rollout: {
      wave: waves.database + 10,
      deadlineSeconds: stopGraceSeconds + 300,
      impact: "restart",
      leader: "primary",
      alerts: [
        { name: "PatroniDown", node: host.name },
        { name: "PostgresUnobserved", node: host.name },
        { name: "DatabaseFailover" },
      ],
    },
    definition: patroniService(fleet, database, host),
    configs: [],
  }
}

function flows(): Flow[] {
  const flow = (from: Flow["from"], port: number, service: string): Flow => ({
    from,
    to: "database",
    protocol: "tcp",
    port,
    service,
  })
  return (["app", "database", "manager"] as const).flatMap((from) => [
    flow(from, postgresPort, "PostgreSQL"),
    flow(from, patroniPort, "Patroni health"),
  ])
}

function configPath(host: Host): string {
  return `configs/patroni/${host.name}.yml`
}

/**
 * With stand-ins for the passwords, which `deliver patroni` adds. Patroni knocks
 * at etcd too, which is not there; what else it says is a fault.
 */
function check(host: Host): ToolCheck {
  const user = '{"username": "x", "password": "x"}'
  return {
    name: `patroni --validate-config ${host.name}`,
    image: "postgres",
    command: [
      "mkdir -p /run/patroni",
      `cp /stack/${configPath(host)} /run/patroni/patroni.yml`,
      "cat > /run/patroni/secrets.yml <<'END'",
      `{"postgresql": {"authentication": {"superuser": ${user}, "replication": ${user}, "rewind": ${user}}}}`,
      "END",
      "patroni --validate-config --ignore-listen-port /run/patroni > /tmp/log 2>&1",
      // What `deliver patroni` finds harmless too.
      "! grep -v -e 'is not reachable$' -e 'synchronous_mode quorum is not a boolean$' /tmp/log",
    ].join("\n"),
  }
}
