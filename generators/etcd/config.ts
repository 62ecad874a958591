import type { Fleet, Host } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"
import { generatedHeader, stringifyYaml } from "../core/yaml.ts"
import { etcdClientPort, etcdHealthPort, etcdPeerPort } from "./ports.ts"

/** RTT inside one data centre, generously; etcd's own default. */
const heartbeatMilliseconds = 100

/**
 * Ten heartbeats (etcd's tuning guide). A member stands for election after one to two
 * of these (raft draws it by lot), so a new leader takes some 2 s. Patroni asks for as
 * long as its retry timeout, and splits that over the members: the longest election has
 * to be shorter than the least timeout that the rule `database/timing` takes, or a new
 * etcd leader could cost the primary its lease.
 */
export const electionMilliseconds = 10 * heartbeatMilliseconds

/** Patroni keeps some hundred keys; etcd turns read-only at its quota. */
const quotaBytes = 512 * 2 ** 20

/** etcd.yaml of one member. */
export function etcdConfig(fleet: Fleet, host: Host): string {
  const members = hostsOf(fleet, "manager")
  const tls = {
    "cert-file": "/run/etcd/tls.pem",
    "key-file": "/run/etcd/tls.pem",
    "trusted-ca-file": "/run/etcd/ca.pem",
    "client-cert-auth": true,
  }
  const config = {
    name: host.name,
    "data-dir": "/var/lib/etcd/data",
    "listen-client-urls": clientUrl(host),
    "advertise-client-urls": clientUrl(host),
    "listen-peer-urls": peerUrl(host),
    "initial-advertise-peer-urls": peerUrl(host),
    "listen-metrics-urls": metricsUrls(fleet, host).join(","),
    "initial-cluster": members.map((member) => `${member.name}=${peerUrl(member)}`).join(","),
    "initial-cluster-token": `quickcart-${fleet.environment}`,
    "initial-cluster-state": "new",
    "heartbeat-interval": heartbeatMilliseconds,
    "election-timeout": electionMilliseconds,
    "auto-compaction-mode": "periodic",
    "auto-compaction-retention": "1h",
    "quota-backend-bytes": quotaBytes,
    "client-transport-security": tls,
    "peer-transport-security": tls,
    "log-level": "warn",
  }
  return `${generatedHeader(fleet.source)}\n${stringifyYaml(config)}`
}

/** Metrics and health, which anybody may read; to the network only where somebody does. */
function metricsUrls(fleet: Fleet, host: Host): string[] {
  const addresses = ["127.0.0.1", ...(fleet.monitoring === null ? [] : [host.privateAddress])]
  return addresses.map((address) => `http://${address}:${etcdHealthPort}`)
}

function clientUrl(host: Host): string {
  return `https://${host.privateAddress}:${etcdClientPort}`
}

function peerUrl(host: Host): string {
  return `https://${host.privateAddress}:${etcdPeerPort}`
}
