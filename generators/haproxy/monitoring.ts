import type { Fleet } from "../core/fleet.ts"
import {
  type Alert,
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
import { idleCpu, nodeLabels } from "../node-exporter/monitoring.ts"
import { maxConnectionsTotal } from "./limits.ts"
import { metricsPort } from "./ports.ts"

/** Share of the connections in use above which new visitors will soon be refused. */
const mostConnections = 0.8

/** Responses of each code a minute in the series of a healthy load balancer. */
export const healthyResponses = { "2xx": 600, "4xx": 12, "5xx": 0 }

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
        description: "The other load balancer serves everybody; there is no third.",
      }),
      noAppServer(instances),
      connectionsHigh(fleet, instances),
      ...cpuHigh(fleet),
    ],
    healthy: {
      ...upSeries(scrape),
      ...Object.assign({}, ...instances.map((labels) => healthyProxy(fleet, labels))),
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
      alerts: ["AppTaskDown", "AvailabilityBurnsFast", "AvailabilityBurnsSlowly"],
      equal: [],
    },
    tests: {
      fires: { when: "no load balancer sees a task", series: servers(0), atMinutes: 2 },
      silent: { when: "one task is left", series: servers(1), atMinutes: 5 },
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

function cpuHigh(fleet: Fleet): Alert[] {
  const { loadBalancerCpu: limit } = fleet.scaling
  const [host] = hostsOf(fleet, "loadBalancer")
  if (limit === null || host === undefined) return []
  const busy = (share: number) => ({ [idleCpu(nodeLabels(host))]: growing(60 * (1 - share)) })
  return [
    scalingTrigger({
      name: "LoadBalancerCpuHigh",
      expression: `1 - avg by (node) (rate(node_cpu_seconds_total{role="load-balancer",mode="idle"}[5m])) > ${limit}`,
      summary: "{{ $labels.node }} uses {{ $value | humanizePercentage }} of its processors",
      limit,
      remedy: "larger load balancers",
      above: busy(limit + 0.05),
      below: busy(limit - 0.05),
    }),
  ]
}

function healthyProxy(fleet: Fleet, instance: Record<string, string>): Series {
  const responses = Object.entries(healthyResponses).map(([code, perMinute]) => [
    frontendResponses(instance, code),
    growing(perMinute),
  ])
  return {
    [activeServers(instance)]: steady(fleet.app.replicas),
    [series("haproxy_process_current_connections", instance)]: steady(50),
    [series("haproxy_process_max_connections", instance)]: steady(maxConnectionsTotal(fleet)),
    ...Object.fromEntries(responses),
  }
}

function activeServers(instance: Record<string, string>): string {
  return series("haproxy_backend_active_servers", { ...instance, proxy: "app" })
}

/** Answers of one load balancer to visitors, by class of status. */
export function frontendResponses(instance: Record<string, string>, code: string): string {
  return series("haproxy_frontend_http_responses_total", { ...instance, proxy: "shop", code })
}
