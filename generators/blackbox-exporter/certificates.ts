import type { Fleet, Host } from "../core/fleet.ts"
import {
  type Alert,
  everywhere,
  type Series,
  type StaticTarget,
  steady,
} from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import { hostTarget } from "../core/target-alerts.ts"
import { etcdPeerPort } from "../etcd/ports.ts"
import { logStoreHost } from "../logs/placement.ts"
import { logStorePort } from "../logs/ports.ts"
import { patroniPort } from "../patroni/ports.ts"
import { clusterNames, membersOf } from "../redis/clusters.ts"
import { certificateModule } from "./config.ts"
import { probePort } from "./ports.ts"
import type { Labels, Probes } from "./probes.ts"

export const secondsPerDay = 86_400

/** As early as `quickcart status` warns. */
export const renewDays = 21
/** Too late for a ticket: some authorities take days. */
const urgentDays = 7

/**
 * Certificates change seldom, and etcd logs everyone who shows none of his own. After five minutes
 * Prometheus would take a series for gone.
 */
export const certificateIntervalSeconds = 240

/**
 * The certificates that daemons show inside the fleet, asked from `host`; each process, because one
 * may still show what it read at its start. Null where nothing speaks TLS.
 */
export function certificateScrape(fleet: Fleet, host: Host): Probes | null {
  const { address } = hostTarget(host, probePort)
  const shown = (certificate: string, on: Host, port: number): StaticTarget => ({
    address,
    labels: { ...hostTarget(on, port).labels, certificate },
    probes: hostTarget(on, port).address,
  })
  const database = [
    // PostgreSQL has the same file, and Patroni reloads both.
    ...hostsOf(fleet, "database").map((on) => shown("patroni_tls", on, patroniPort)),
    ...hostsOf(fleet, "manager").map((on) => shown("etcd_tls", on, etcdPeerPort)),
  ]
  const redis = clusterNames
    .flatMap((cluster) => membersOf(fleet, cluster))
    .map((member) => shown("redis_tls", member.host, member.port))
  // A shipper shows its own to the store only, and is silent with one that expired (LogsMissing).
  const store = logStoreHost(fleet)
  const logs = store === undefined ? [] : [shown("log_store_tls", store, logStorePort)]
  const targets = [
    ...(fleet.database === null ? [] : database),
    ...(fleet.redis === null ? [] : redis),
    ...(fleet.logs === null ? [] : logs),
  ]
  if (targets.length === 0) return null
  return {
    job: "certificates",
    path: "/probe",
    parameters: { module: [certificateModule] },
    intervalSeconds: certificateIntervalSeconds,
    keep: "probe_(success|ssl_earliest_cert_expiry)",
    targets,
  }
}

/** Of every certificate with a name; `edge` are the labels of the probes that see the shop's. */
export function certificateAlerts(edge: Labels[]): Alert[] {
  return [
    expires(edge, "CertificateExpiresSoon", "warning", renewDays),
    {
      ...expires(edge, "CertificateExpiresNow", "critical", urgentDays),
      inhibits: { alerts: ["CertificateExpiresSoon"], equal: ["certificate"] },
    },
  ]
}

function expires(edge: Labels[], name: string, severity: Alert["severity"], days: number): Alert {
  return {
    name,
    severity,
    expression: `(min by (certificate) (probe_ssl_earliest_cert_expiry{certificate!=""}) - time()) / ${secondsPerDay} < ${days}`,
    forSeconds: 600,
    summary: "The certificate {{ $labels.certificate }} expires in {{ $value | humanize }} days",
    description:
      "Then browsers refuse the shop (edge_tls), or the daemons that show it are refused by all others.",
    tests: {
      fires: { when: "a day less is left", series: expiry(edge, days - 1), atMinutes: 15 },
      silent: { when: "a day more is left", series: expiry(edge, days + 1), atMinutes: 15 },
    },
  }
}

/** Tests begin at the time 0. */
export function expiry(probes: readonly Labels[], days: number): Series {
  return everywhere(probes, "probe_ssl_earliest_cert_expiry", steady(days * secondsPerDay))
}
