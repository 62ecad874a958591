import type { Fleet, Host } from "../core/fleet.ts"
import {
  type Alert,
  growing,
  type Monitored,
  type Scrape,
  type Series,
  type StaticTarget,
  series,
  steady,
  type TaskDiscovery,
} from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import {
  hostTarget,
  instancesOf,
  targetDown,
  tasksMissing,
  upSeries,
} from "../core/target-alerts.ts"
import { nodeExporterPort } from "./ports.ts"

/** Free share of the disk below which somebody has to look: PostgreSQL stops at none. */
const leastFreeDisk = 0.15

/** How long the disk has to be that full: a backup or an image pull ends within it. */
const diskSeconds = 900

/** Busy share of the processors in the series of a healthy host. */
const healthyCpu = 0.2

/** Hosts with the exporter in their own network: all but the elastic ones and the bastion. */
export function pinnedHosts(fleet: Fleet): Host[] {
  return fleet.hosts.filter(({ role }) => role !== "app" && role !== "bastion")
}

/** Short name of the service on the app hosts. */
export const elasticServiceName = "node-exporter-app"

export function nodeMonitoring(fleet: Fleet): Monitored {
  const pinned: Scrape & { targets: StaticTarget[] } = {
    job: "node",
    targets: pinnedHosts(fleet).map((host) => hostTarget(host, nodeExporterPort)),
  }
  const elastic: Scrape & { targets: TaskDiscovery } = {
    job: "app-node",
    targets: { service: elasticServiceName, port: nodeExporterPort },
  }
  const appHosts = hostsOf(fleet, "app").length
  const instances = [...instancesOf(pinned), ...instancesOf(elastic, appHosts)]
  return {
    scrapes: [pinned, elastic],
    recordings: [],
    alerts: [
      targetDown(pinned, {
        name: "NodeDown",
        severity: "critical",
        summary: "{{ $labels.node }} does not answer",
        description:
          "Its exporter, and most likely the host, does not answer. What runs there is served by the others until it is back.",
        inhibits: { alerts: "all others", equal: ["node"] },
      }),
      tasksMissing(elastic, appHosts, {
        name: "AppNodeDown",
        severity: "warning",
        summary: "{{ $value }} of the app hosts answer",
        description: `The spec wants ${appHosts}. The shop's tasks run on the others.`,
      }),
      diskFilling(instances),
    ],
    healthy: {
      ...upSeries(pinned),
      ...upSeries(elastic, appHosts),
      ...Object.assign({}, ...instances.map(healthyNode)),
    },
  }
}

function diskFilling([instance = {}]: Record<string, string>[]): Alert {
  const free = series("node_filesystem_avail_bytes", { ...instance, ...disk })
  return {
    name: "DiskFilling",
    severity: "warning",
    expression: `node_filesystem_avail_bytes / node_filesystem_size_bytes < ${leastFreeDisk}`,
    forSeconds: diskSeconds,
    summary: "{{ $labels.instance }} has {{ $value | humanizePercentage }} of its disk left",
    description: "A full disk stops PostgreSQL, etcd and Docker on that host.",
    tests: {
      fires: {
        when: "a tenth is left for 16 minutes",
        series: { [free]: steady(1e9) },
        atMinutes: 16,
      },
      silent: { when: "a fifth is left", series: { [free]: steady(2e9) }, atMinutes: 30 },
    },
  }
}

const disk = { device: "overlay", fstype: "overlay", mountpoint: "/" }

function healthyNode(instance: Record<string, string>): Series {
  return {
    [series("node_filesystem_avail_bytes", { ...instance, ...disk })]: steady(6e9),
    [series("node_filesystem_size_bytes", { ...instance, ...disk })]: steady(10e9),
    [idleCpu(instance)]: growing(60 * (1 - healthyCpu)),
  }
}

/** The idle time of a host's processor, for the tests of alerts that ask for load. */
export function idleCpu(instance: Record<string, string>): string {
  return series("node_cpu_seconds_total", { ...instance, cpu: "0", mode: "idle" })
}

/** Labels of a host's node exporter, as Prometheus gives them. */
export function nodeLabels(host: Host): Record<string, string> {
  const { address, labels } = hostTarget(host, nodeExporterPort)
  return { job: "node", instance: address, ...labels }
}
