import type { Component, ServiceEntry, ToolCheck } from "../core/component.ts"
import { internalAuthority } from "../core/credentials.ts"
import type { Fleet, Flow, Host, Logs } from "../core/fleet.ts"
import { waves } from "../core/waves.ts"
import { shipperConfig, storeConfig } from "./config.ts"
import { logMonitoring } from "./monitoring.ts"
import { shippingHosts, whereLogged } from "./placement.ts"
import { logStorePort } from "./ports.ts"
import { shipperCertificate, shipperService, storeCertificate, storeService } from "./service.ts"

const shipper = { key: "log_shipper_conf", path: "configs/logs/log-shipper.conf" }
const store = { key: "log_store_conf", path: "configs/logs/log-store.conf" }

/** One place for the logs of all hosts (decision 6). */
export const logs: Component = {
  name: "logs",
  contribute: (fleet) =>
    whereLogged(fleet, (logs, host) => ({
      services: services(fleet, logs, host),
      flows: flows(fleet, host),
      credentials: [internalAuthority, shipperCertificate, storeCertificate(host)],
      monitored: logMonitoring(fleet, logs, host),
      checks: [shipper.path, store.path].map(check),
    })),
}

/** rsyslog reads its configuration only when it starts: a changed one replaces the task, which loses nothing. */
function services(fleet: Fleet, logs: Logs, host: Host): ServiceEntry[] {
  return [
    {
      tier: "logs",
      name: "log-store",
      rollout: { wave: waves.monitoring, deadlineSeconds: 180, impact: "unseen" },
      definition: storeService(fleet, logs, host, store.key),
      configs: [{ ...store, text: storeConfig(fleet, host) }],
    },
    {
      tier: "logs",
      name: "log-shipper",
      rollout: { wave: waves.monitoring + 10, deadlineSeconds: 180, impact: "unseen" },
      definition: shipperService(fleet, shipper.key),
      configs: [{ ...shipper, text: shipperConfig(fleet, logs, host) }],
    },
  ]
}

function flows(fleet: Fleet, { role: to }: Host): Flow[] {
  const roles = [...new Set(shippingHosts(fleet).map(({ role }) => role))]
  return roles.map((from) => ({ from, to, protocol: "tcp", port: logStorePort, service: "logs" }))
}

function check(path: string): ToolCheck {
  return {
    name: `rsyslogd -N1 ${path.split("/").at(-1)}`,
    image: "logs",
    // The certificates are secrets: any files stand in for them.
    command: [
      "set -e; for end in log-store log-shipper; do",
      "  mkdir -p /run/$end /var/lib/$end; touch /run/$end/ca.pem /run/$end/tls.pem",
      "done",
      `NODE=app-1 rsyslogd -N1 -f /stack/${path}`,
    ].join("\n"),
  }
}
