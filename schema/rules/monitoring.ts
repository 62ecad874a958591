import { alertmanagerMemoryBytes } from "../../generators/alertmanager/service.ts"
import { proberMemoryBytes } from "../../generators/blackbox-exporter/index.ts"
import type { Fleet } from "../../generators/core/fleet.ts"
import { etcdMemoryBytes } from "../../generators/etcd/service.ts"
import { grafanaMemoryBytes } from "../../generators/grafana/service.ts"
import { shipperMemoryBytes, storeMemoryBytes } from "../../generators/logs/service.ts"
import { nodeExporterMemoryBytes } from "../../generators/node-exporter/service.ts"
import { postgresExporterMemoryBytes } from "../../generators/postgres-exporter/index.ts"
import { monitoringHost } from "../../generators/prometheus/placement.ts"
import {
  type MonitoringSize,
  measurement,
  monitoringSizes,
} from "../../generators/prometheus/sizing.ts"
import { redisExporterMemoryBytes } from "../../generators/redis-exporter/index.ts"
import { periodDays } from "../../generators/slo/burn-rate.ts"
import { gigabytes, hostReserveBytes, number, type Rule } from "./rule.ts"

/** Below this Prometheus is killed while it reads a few thousand series again after a restart. */
const leastPrometheusBytes = 0.15e9

export const memory: Rule = {
  id: "monitoring/memory",
  reason: "Prometheus shares a manager with etcd and Swarm, which must not be killed for it.",
  severity: "error",
  check(fleet) {
    const host = monitoringHost(fleet)
    if (fleet.monitoring === null || host === undefined) return []
    const path = ["monitoring", "memory"]
    const { memoryBytes, grafana } = fleet.monitoring
    if (memoryBytes < leastPrometheusBytes) {
      const message = `${gigabytes(memoryBytes)} are too few for Prometheus; write 150MB or more`
      return [{ path, message }]
    }
    const etcd = fleet.database === null ? 0 : etcdMemoryBytes
    const exporters = exporterBytes(fleet)
    const dashboards = grafana === null ? 0 : grafanaMemoryBytes
    const logs = fleet.logs === null ? 0 : storeMemoryBytes + shipperMemoryBytes
    const others = etcd + alertmanagerMemoryBytes + dashboards + exporters + logs + hostReserveBytes
    if (memoryBytes + others <= host.memoryBytes) return []
    const message =
      `${gigabytes(memoryBytes)} for Prometheus + ${gigabytes(others)} for etcd, Alertmanager, ` +
      `${grafana === null ? "" : "Grafana, "}${logs === 0 ? "" : "the log store, "}exporters and the host itself are more than the ${gigabytes(host.memoryBytes)} of a manager; ` +
      `write ${Math.floor((host.memoryBytes - others) / 1e6)}MB or less, or larger managers`
    return [{ path, message }]
  },
}

/** What the exporters beside Prometheus may use. */
function exporterBytes({ database, redis }: Fleet): number {
  const certificateProber = database === null && redis === null ? 0 : proberMemoryBytes
  const postgres = database === null ? 0 : postgresExporterMemoryBytes
  const ofRedis = redis === null ? 0 : redisExporterMemoryBytes
  return nodeExporterMemoryBytes + certificateProber + postgres + ofRedis
}

type Size = Pick<MonitoringSize, "hosts" | "series">

export const size: Rule = {
  id: "monitoring/size",
  reason: "A Prometheus without room is killed, or forgets, when it is needed most.",
  severity: "warning",
  check(fleet) {
    const { monitoring } = fleet
    if (monitoring === null || monitoringHost(fleet) === undefined) return []
    const { declared, largest } = monitoringSizes(fleet, monitoring)
    const finding = (field: "memory" | "storage", given: number, needed: number, of: Size) => {
      const { hosts, series } = of
      if (given >= needed) return []
      const message =
        `${gigabytes(given)} are less than the ${gigabytes(needed)} that Prometheus needs for ${number(series)} ` +
        `series of ${hosts} hosts, by the count of ${measurement.asOf}; write ${Math.ceil(needed / 1e6)}MB or more`
      return [{ path: ["monitoring", field], message }]
    }
    return [
      ...finding("memory", monitoring.memoryBytes, largest.memoryBytes, largest),
      // A flash sale lasts hours, and what is kept lasts weeks.
      ...finding("storage", monitoring.storageBytes, declared.diskBytes, declared),
    ]
  },
}

export const retention: Rule = {
  id: "monitoring/retention",
  reason: "An error budget of 30 days is known only when 30 days are kept.",
  severity: "warning",
  check({ tier, monitoring }) {
    if (monitoring === null || tier !== "production") return []
    const days = monitoring.retentionSeconds / 86_400
    if (days >= periodDays) return []
    const message =
      `${number(days)} days are kept of the ${periodDays} that the error budget covers; ` +
      `write ${periodDays}d`
    return [{ path: ["monitoring", "retention"], message }]
  },
}

export const listeners: Rule = {
  id: "monitoring/listeners",
  reason: "An alert that nobody hears, and a monitoring that dies unnoticed, are no monitoring.",
  severity: "warning",
  check({ tier, monitoring }) {
    if (monitoring === null || tier !== "production") return []
    const { email, slackChannel, pagerDuty, heartbeat } = monitoring.notify
    const path = ["monitoring", "notify"]
    if (email === null && slackChannel === null && !pagerDuty) {
      return [{ path, message: "tells nobody of alerts; write email, slack or pagerDuty" }]
    }
    if (heartbeat) return []
    const message =
      "has no heartbeat: when the manager with Prometheus is lost, nobody is told; write heartbeat: true"
    return [{ path, message }]
  },
}
