import type { Database, Fleet, Host } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"
import { generatedHeader, stringifyYaml } from "../core/yaml.ts"
import { etcdClientPort } from "../etcd/ports.ts"
import { clientAccess } from "./access.ts"
import { dynamicConfig } from "./dynamic-config.ts"
import { patroniPort, postgresPort } from "./ports.ts"

const certificate = "/run/patroni/tls.pem"
const authority = "/run/patroni/ca.pem"

/** Name of the cluster: its prefix in etcd. */
export const clusterName = "shop"

/** patroni.yml of one member; passwords are added beside it by `deliver patroni`. */
export function memberConfig(fleet: Fleet, database: Database, host: Host): string {
  const address = host.privateAddress
  const config = {
    scope: clusterName,
    namespace: "/quickcart/",
    name: host.name,
    log: { level: "INFO", format: "%(levelname)s %(message)s" },
    restapi: {
      listen: `${address}:${patroniPort}`,
      connect_address: `${address}:${patroniPort}`,
      // Health checks of every app host at once; the default queue is 5.
      request_queue_size: 128,
      certfile: certificate,
      cafile: authority,
      // Health checks need none; what changes something needs one, and the password.
      verify_client: "optional",
    },
    ctl: { cacert: authority, certfile: certificate, keyfile: certificate },
    etcd3: {
      hosts: hostsOf(fleet, "manager").map(
        (manager) => `${manager.privateAddress}:${etcdClientPort}`,
      ),
      protocol: "https",
      cacert: authority,
      cert: certificate,
      key: certificate,
    },
    bootstrap: {
      dcs: dynamicConfig(fleet, database),
      initdb: [
        "data-checksums",
        { encoding: "UTF8" },
        { "locale-provider": "builtin" },
        { "builtin-locale": "C.UTF-8" },
        { locale: "C.UTF-8" },
      ],
      post_bootstrap: "/usr/local/libexec/post-bootstrap",
    },
    postgresql: postgres(fleet, database, address),
    // Swarm has no watchdog device to give: `supervise-patroni` in the image is one.
    watchdog: { mode: "off" },
    tags: { failover_priority: 100, clonefrom: true },
  }
  return `${generatedHeader(fleet.source)}\n${stringifyYaml(config)}`
}

function postgres(fleet: Fleet, { version }: Database, address: string) {
  const verified = { sslmode: "verify-ca", sslrootcert: authority }
  return {
    listen: `${address}:${postgresPort}`,
    connect_address: `${address}:${postgresPort}`,
    data_dir: `/var/lib/postgresql/${version}/main`,
    bin_dir: `/usr/lib/postgresql/${version}/bin`,
    pgpass: "/run/patroni/pgpass",
    use_unix_socket: true,
    use_unix_socket_repl: false,
    callbacks: Object.fromEntries(
      ["on_start", "on_role_change"].map((event) => [event, "/usr/local/libexec/on-role-change"]),
    ),
    pre_promote: "/usr/local/libexec/pre-promote",
    remove_data_directory_on_rewind_failure: true,
    remove_data_directory_on_diverged_timelines: false,
    basebackup: { checkpoint: "fast", "max-rate": "200M" },
    authentication: { superuser: verified, replication: verified, rewind: verified },
    parameters: {
      ssl: "on",
      ssl_cert_file: certificate,
      ssl_key_file: certificate,
      ssl_ca_file: authority,
      ssl_min_protocol_version: "TLSv1.2",
      unix_socket_directories: "/run/postgresql",
    },
    pg_hba: clientAccess(fleet),
  }
}
