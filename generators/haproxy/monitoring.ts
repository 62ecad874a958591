import type { Fleet, Host } from "../core/fleet.ts"
import {
  type Alert,
  everywhere,
  growing,
  type Monitored,
  type Scrape,
  type Series,
  type StaticTarget,
  series,
  steady,
} from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import { scalingTrigger } from "../core/scaling-alerts.ts"
import { hostTarget, instancesOf, targetDown, upSeries } from "../core/target-alerts.ts"
import { cpuHigh, cpuUse, nodeLabels } from "../node-exporter/monitoring.ts"
import { formatBits } from "../topology/table.ts"
import { maxConnectionsTotal } from "./limits.ts"
import { metricsPort } from "./ports.ts"

/** Share of the connections in use above which new visitors will soon be refused. */
export const mostConnections = 0.8

/** Responses of each code a minute in the series of a healthy load balancer. */
export const healthyResponses = { "2xx": 600, "4xx": 12, "5xx": 0 }

/** Traffic of an interface there. */
const healthyBitsPerSecond = 10e6

export function haproxyMonitoring(fleet: Fleet): Monitored {
  const scrape: Scrape & { targets: StaticTarget[] } = {
    job: "haproxy",
    // Not each server's: there are as many slots as tasks in the largest flash sale.
    parameters: { scope: ["global", "frontend", "backend"] },
    targets: hostsOf(fleet, "loadBalancer").map((host) => hostTarget(host, metricsPort)),
  }
  const instances = instancesOf(scrape)
  return {
    scrapes: [scrape],
    recordings: [],
    alerts: [
      targetDown(scrape, {
        name: "LoadBalancerDown",
        severity: "warning",
        summary: "HAProxy on {{ $labels.node }} does not answer",
        description: `Of ${instances.length} load balancers one is lost; any other serves everybody.`,
      }),
      noAppServer(instances),
      requestsWait(instances),
      connectionsHigh(fleet, instances),
      ...cpu(fleet),
      ...bandwidthHigh(fleet),
    ],
    healthy: {
      ...upSeries(scrape),
      ...Object.assign({}, ...instances.map((labels) => healthyProxy(fleet, labels))),
      ...Object.assign({}, ...hostsOf(fleet, "loadBalancer").map((host) => quiet(fleet, host))),
    },
  }
}

function noAppServer(instances: Record<string, string>[]): Alert {
  const servers = (value: number) =>
    Object.fromEntries(instances.map((labels) => [activeServers(labels), steady(value)]))
  return {
    name: "NoAppServer",
    severity: "critical",
    expression: 'max(haproxy_backend_active_servers{proxy="app"}) == 0',
    forSeconds: 30,
    summary: "No task of the shop passes its health check",
    description: "Visitors get 503 from HAProxy.",
    inhibits: {
      alerts: ["AppTaskDown", "AvailabilityBurnsFast", "AvailabilityBurnsSlowly", "RequestsWait"],
      equal: [],
    },
    tests: {
      fires: { when: "no load balancer sees a task", series: servers(0), atMinutes: 2 },
      silent: { when: "one task is left", series: servers(1), atMinutes: 5 },
    },
  }
}

function requestsWait([instance = {}]: Record<string, string>[]): Alert {
  return {
    name: "RequestsWait",
    severity: "warning",
    expression: 'sum by (node) (haproxy_backend_current_queue{proxy="app"}) > 0',
    forSeconds: 60,
    summary: "{{ $value }} requests wait on {{ $labels.node }} for a task of the shop",
    description: "Every task has as many as it may; who waits too long gets 503.",
    tests: {
      fires: {
        when: "requests wait for minutes",
        series: { [waiting(instance)]: steady(20) },
        atMinutes: 3,
      },
      silent: {
        when: "some waited at one look",
        series: { [waiting(instance)]: "0x1 20 0x4000" },
        atMinutes: 3,
      },
    },
  }
}

function connectionsHigh(fleet: Fleet, [instance = {}]: Record<string, string>[]): Alert {
  const used = (share: number): Series => ({
    [series("haproxy_process_current_connections", instance)]: steady(
      Math.round(share * maxConnectionsTotal(fleet)),
    ),
  })
  return {
    name: "LoadBalancerConnectionsHigh",
    severity: "warning",
    expression: `haproxy_process_current_connections / haproxy_process_max_connections > ${mostConnections}`,
    forSeconds: 300,
    summary: "{{ $labels.node }} uses {{ $value | humanizePercentage }} of its connections",
    description: "At all of them, new visitors wait and then time out.",
    tests: {
      fires: { when: "nine tenths are in use", series: used(0.9), atMinutes: 6 },
      silent: { when: "three quarters are in use", series: used(0.75), atMinutes: 10 },
    },
  }
}

function cpu(fleet: Fleet): Alert[] {
  const { loadBalancerCpu: limit } = fleet.scaling
  return cpuHigh({
    name: "LoadBalancerCpuHigh",
    expression: `${cpuUse({ role: "load-balancer" }, " by (node)")} > ${limit}`,
    summary: "{{ $labels.node }} uses {{ $value | humanizePercentage }} of its processors",
    limit,
    remedy: "larger load balancers",
    instances: hostsOf(fleet, "loadBalancer").slice(0, 1).map(nodeLabels),
  })
}

type Direction = "receive" | "transmit"

/** What enters by one interface leaves by the other, so each direction counts both. */
function bandwidthHigh(fleet: Fleet): Alert[] {
  const { loadBalancerBitsPerSecond: limit } = fleet.scaling
  const [host] = hostsOf(fleet, "loadBalancer")
  if (limit === null || host === undefined) return []
  const { publicInterface, privateInterface } = fleet.provider
  const devices = `device=~"${publicInterface}|${privateInterface}"`
  const above = (direction: Direction) =>
    `8 * sum by (node) (rate(node_network_${direction}_bytes_total{role="load-balancer",${devices}}[5m])) > ${limit}`
  const share = (direction: Direction, of: number) =>
    traffic(fleet, host, direction, (of * limit) / 2)
  return [
    scalingTrigger({
      name: "LoadBalancerBandwidthHigh",
      expression: `${above("transmit")} or ${above("receive")}`,
      summary: "{{ $labels.node }} moves {{ $value | humanize }}bit/s in one direction",
      limit: formatBits(limit),
      remedy: "load balancers with more bandwidth, or a CDN before them",
      above: share("transmit", 1.05),
      aboveToo: share("receive", 1.05),
      below: { ...share("transmit", 0.95), ...share("receive", 0.95) },
    }),
  ]
}

/** Bits a second on each of a load balancer's interfaces. */
function traffic(fleet: Fleet, host: Host, direction: Direction, bitsPerSecond: number): Series {
  const { publicInterface, privateInterface } = fleet.provider
  const interfaces = [publicInterface, privateInterface].map((device) => ({
    ...nodeLabels(host),
    device,
  }))
  return everywhere(
    interfaces,
    `node_network_${direction}_bytes_total`,
    growing(Math.round((60 * bitsPerSecond) / 8)),
  )
}

function healthyProxy(fleet: Fleet, instance: Record<string, string>): Series {
  const responses = Object.entries(healthyResponses).map(([code, perMinute]) => [
    frontendResponses(instance, code),
    growing(perMinute),
  ])
  return {
    [activeServers(instance)]: steady(fleet.app.replicas),
    [waiting(instance)]: steady(0),
    [series("haproxy_process_current_connections", instance)]: steady(50),
    [series("haproxy_process_max_connections", instance)]: steady(maxConnectionsTotal(fleet)),
    ...Object.fromEntries(responses),
  }
}

function quiet(fleet: Fleet, host: Host): Series {
  return {
    ...traffic(fleet, host, "transmit", healthyBitsPerSecond),
    ...traffic(fleet, host, "receive", healthyBitsPerSecond),
  }
}

function activeServers(instance: Record<string, string>): string {
  return series("haproxy_backend_active_servers", { ...instance, proxy: "app" })
}

/** Requests that wait in a load balancer for a task. */
function waiting(instance: Record<string, string>): string {
  return series("haproxy_backend_current_queue", { ...instance, proxy: "app" })
}

/** Answers of one load balancer to visitors, by class of status. */
export function frontendResponses(instance: Record<string, string>, code: string): string {
  return series("haproxy_frontend_http_responses_total", { ...instance, proxy: "shop", code })
}
