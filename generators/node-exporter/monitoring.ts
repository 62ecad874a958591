import type { Fleet, Host } from "../core/fleet.ts"
import {
  type Alert,
  changing,
  everywhere,
  growing,
  type Inhibition,
  type Monitored,
  type Scrape,
  type Series,
  type StaticTarget,
  series,
  steady,
  type TaskDiscovery,
} from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import { type ScalingTrigger, scalingTrigger } from "../core/scaling-alerts.ts"
import { hostTarget, instancesOf, tasksMissing, upSeries } from "../core/target-alerts.ts"
import { metricsPort as haproxyPort } from "../haproxy/ports.ts"
import { formatPercent } from "../topology/table.ts"
import { nodeExporterPort } from "./ports.ts"

/** Free share of the disk below which somebody has to look: PostgreSQL stops at none. */
export const leastFreeDisk = 0.15

/** Free share at which nobody may wait for the working day. */
const almostNoDisk = 0.05

/** How long the disk has to be that full: a backup or an image pull ends within it. */
const diskSeconds = 900

/** How long a host may be silent: two scrapes, and some more for a restart. */
const silenceSeconds = 60

/** How long the exporter alone may be away: a restart, or a new version. */
const unobservedSeconds = 120

/**
 * Jobs whose targets run on the host that their label `node` names, at least one on each host of the
 * Swarm with a fixed address. What another host asks about it does not count: of that, `up` is the
 * asker's.
 */
export const hostJobs = ["docker", "etcd", "haproxy", "patroni"]

/** Busy share of the processors in the series of a healthy host. */
const healthyCpu = 0.2
/** Used share of the memory there. */
const healthyMemory = 0.4
/** Memory of a host in the tests. */
const testMemoryBytes = 8e9

type Labels = Record<string, string>

/** Hosts with the exporter in their own network: all but the elastic ones and the bastion. */
export function pinnedHosts(fleet: Fleet): Host[] {
  return fleet.hosts.filter(({ role }) => role !== "app" && role !== "bastion")
}

/** Short name of the service on the app hosts. */
export const elasticServiceName = "node-exporter-app"

const elastic: Scrape & { targets: TaskDiscovery } = {
  job: "app-node",
  targets: { service: elasticServiceName, port: nodeExporterPort },
}

export function nodeMonitoring(fleet: Fleet): Monitored {
  const pinned: Scrape & { targets: StaticTarget[] } = {
    job: "node",
    targets: pinnedHosts(fleet).map((host) => hostTarget(host, nodeExporterPort)),
  }
  const appHosts = hostsOf(fleet, "app").length
  const instances = [...instancesOf(pinned), ...appNodes(fleet)]
  return {
    scrapes: [pinned, elastic],
    recordings: [],
    alerts: [
      nodeDown(fleet),
      nodeUnobserved(fleet),
      tasksMissing(elastic, appHosts, {
        name: "AppNodeDown",
        severity: "warning",
        summary: "{{ $value }} of the app hosts answer",
        description: `The spec wants ${appHosts}. The shop's tasks run on the others.`,
        inhibits: swarmToo,
      }),
      diskFilling(instances),
      diskAlmostFull(instances),
    ],
    healthy: {
      ...upSeries(pinned),
      ...upSeries(elastic, appHosts),
      ...Object.assign({}, ...instances.map(healthyNode)),
    },
  }
}

/** A host that is lost is a node that is down: Swarm says so without its name. */
const swarmToo: Inhibition = { alerts: ["SwarmNodeDown"], equal: [] }

/** True of hosts on which something answers. */
export const answers = `up{job=~"${hostJobs.join("|")}"} == 1`

/** A load balancer's exporter and HAProxy, which is all that answers for it there. */
function balancerUp(fleet: Fleet, exporter: string, haproxy: string): Series {
  const [host] = hostsOf(fleet, "loadBalancer")
  if (host === undefined) return {}
  const proxy = hostTarget(host, haproxyPort)
  return {
    [series("up", nodeLabels(host))]: exporter,
    [series("up", { job: "haproxy", instance: proxy.address, ...proxy.labels })]: haproxy,
  }
}

function nodeDown(fleet: Fleet): Alert {
  const lost = "1x9 0x2 1x4000"
  const missed = "1x9 0x0 1x4000"
  return {
    name: "NodeDown",
    severity: "critical",
    // With its exporter alone the host would seem lost, and hold back all that is true of it.
    expression: `up{job="node"} == 0 unless on (node) ${answers}`,
    forSeconds: silenceSeconds,
    summary: "{{ $labels.node }} does not answer",
    description:
      "Nothing on it answers, so most likely the host is gone. What runs there is served by the others until it is back.",
    inhibits: [{ alerts: "all others", equal: ["node"] }, swarmToo],
    tests: {
      fires: {
        when: "nothing on it answers for three minutes",
        series: balancerUp(fleet, lost, lost),
        atMinutes: 12,
      },
      silent: {
        when: "all have just missed a scrape",
        series: balancerUp(fleet, missed, missed),
        atMinutes: 10,
      },
      silentToo: [
        {
          when: "only its exporter is gone",
          series: balancerUp(fleet, steady(0), steady(1)),
          atMinutes: 30,
        },
      ],
    },
  }
}

function nodeUnobserved(fleet: Fleet): Alert {
  return {
    name: "NodeUnobserved",
    severity: "warning",
    expression: `up{job="node"} == 0 and on (node) ${answers}`,
    forSeconds: unobservedSeconds,
    summary: "The node exporter of {{ $labels.node }} does not answer, though the host does",
    description:
      "Its disk, memory, processors and addresses are not watched. A load balancer may own the floating IP unseen.",
    tests: {
      fires: {
        when: "only the exporter is gone",
        series: balancerUp(fleet, "1x9 0x4000", steady(1)),
        atMinutes: 13,
      },
      silent: {
        when: "the whole host is gone",
        series: balancerUp(fleet, "1x9 0x4000", "1x9 0x4000"),
        atMinutes: 30,
      },
    },
  }
}

/**
 * Hosts with a smaller free share, by name: Docker's DNS knows of an app host only the exporter's
 * address in an overlay.
 */
function freeBelow(share: number): string {
  const free = "node_filesystem_avail_bytes / node_filesystem_size_bytes"
  const named = `${free} * on (job, instance) group_left (nodename) node_uname_info`
  return `label_replace(${named} < ${share}, "node", "$1", "nodename", "(.+)")`
}

function diskAlmostFull([instance = {}]: Labels[]): Alert {
  const free = series("node_filesystem_avail_bytes", { ...instance, ...disk })
  return {
    name: "DiskAlmostFull",
    severity: "critical",
    expression: freeBelow(almostNoDisk),
    forSeconds: 60,
    summary: "{{ $labels.node }} has {{ $value | humanizePercentage }} of its disk left",
    description: "A full disk stops PostgreSQL, etcd and Docker on that host.",
    inhibits: { alerts: ["DiskFilling"], equal: ["instance"] },
    tests: {
      fires: {
        when: "it is filled within minutes",
        series: { [free]: "6e9x9 4e8x4000" },
        atMinutes: 12,
      },
      silent: { when: "a tenth is left", series: { [free]: steady(1e9) }, atMinutes: 30 },
    },
  }
}

function diskFilling([instance = {}]: Labels[]): Alert {
  const free = series("node_filesystem_avail_bytes", { ...instance, ...disk })
  return {
    name: "DiskFilling",
    severity: "warning",
    expression: freeBelow(leastFreeDisk),
    forSeconds: diskSeconds,
    summary: "{{ $labels.node }} has {{ $value | humanizePercentage }} of its disk left",
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

function healthyNode(instance: Labels): Series {
  const nodename = instance.node ?? `app-at-${instance.instance}`
  return {
    [series("node_uname_info", { ...instance, nodename })]: steady(1),
    [series("node_filesystem_avail_bytes", { ...instance, ...disk })]: steady(6e9),
    [series("node_filesystem_size_bytes", { ...instance, ...disk })]: steady(10e9),
    ...busyCpu([instance], healthyCpu),
    ...usedMemory([instance], healthyMemory),
  }
}

/** Hosts of which so much of the processors is in use, 0..1. */
export function busyCpu(instances: readonly Labels[], share: number): Series {
  const idle = instances.map((labels) => ({ ...labels, cpu: "0", mode: "idle" }))
  return everywhere(idle, "node_cpu_seconds_total", growing(60 * (1 - share)))
}

/** Hosts of which so much of the memory is in use, 0..1. */
export function usedMemory(instances: readonly Labels[], share: number): Series {
  return {
    ...everywhere(instances, "node_memory_MemTotal_bytes", steady(testMemoryBytes)),
    ...everywhere(
      instances,
      "node_memory_MemAvailable_bytes",
      steady(Math.round((1 - share) * testMemoryBytes)),
    ),
  }
}

/** Labels of the node exporters on the app hosts, on made-up addresses. */
export function appNodes(fleet: Fleet): Labels[] {
  return instancesOf(elastic, hostsOf(fleet, "app").length)
}

/**
 * Fires while fewer of what runs on every app host answer than app hosts do: `selector` is 1 for each that
 * does, and `healthy` those series while all is well. A host that is gone has none either, and other alerts
 * say so.
 */
export function fewerThanAppHosts(
  fleet: Fleet,
  selector: string,
  healthy: Series,
  wording: Pick<Alert, "name" | "severity" | "summary" | "description">,
): Alert {
  const all = Object.keys(healthy)
  const [first = ""] = all
  const [host = {}] = appNodes(fleet)
  return {
    ...wording,
    expression: `(count(${selector} == 1) or vector(0)) < count(up{job="${elastic.job}"} == 1)`,
    forSeconds: 60,
    tests: {
      fires: {
        when: "one does not answer",
        series: { [first]: changing(1, 10, 0) },
        atMinutes: 12,
      },
      firesToo: [
        {
          when: "no exporter is left to say so",
          series: Object.fromEntries(all.map((each) => [each, null])),
          atMinutes: 5,
        },
      ],
      silent: {
        when: "one is gone with its host",
        series: { [first]: null, [series("up", host)]: null },
        atMinutes: 10,
      },
    },
  }
}

/** PromQL for the share of the processors in use, `by` host or over all that `labels` select. */
export function cpuUse(labels: Labels, by = "", window = "5m"): string {
  return `1 - avg${by} (rate(${series("node_cpu_seconds_total", { ...labels, mode: "idle" })}[${window}]))`
}

interface CpuTrigger extends Pick<ScalingTrigger, "name" | "expression" | "summary" | "remedy"> {
  /** The spec's number, 0..1; without one there is no alert. */
  limit: number | null
  /** The hosts that the tests make busy. */
  instances: readonly Labels[]
}

/** A ticket for hosts whose processors are busier than the spec's trigger. */
export function cpuHigh({ limit, expression, instances, ...wording }: CpuTrigger): Alert[] {
  if (limit === null || instances.length === 0) return []
  return [
    scalingTrigger({
      ...wording,
      expression,
      limit: formatPercent(limit),
      above: busyCpu(instances, limit + 0.05),
      below: busyCpu(instances, limit - 0.05),
    }),
  ]
}

/** Labels of a host's node exporter, as Prometheus gives them. */
export function nodeLabels(host: Host): Labels {
  const { address, labels } = hostTarget(host, nodeExporterPort)
  return { job: "node", instance: address, ...labels }
}
