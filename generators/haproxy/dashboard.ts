import {
  type Dashboard,
  graph,
  greenFrom,
  number,
  type Panel,
  rate,
  redFrom,
  redFromOptional,
  upOrDown,
} from "../core/dashboard.ts"
import type { Fleet } from "../core/fleet.ts"
import { everywhere, growing, type Series, steady } from "../core/monitoring.ts"
import { cpuUse } from "../node-exporter/monitoring.ts"
import { formatBits, formatNumber, formatPercent } from "../topology/table.ts"
import { mostConnections } from "./monitoring.ts"

type Labels = Record<string, string>

const requests = 'haproxy_frontend_http_requests_total{proxy="shop"}'
const responses = 'haproxy_frontend_http_responses_total{proxy="shop"}'
const errors = 'haproxy_frontend_http_responses_total{proxy="shop",code="5xx"}'

export function haproxyDashboard(fleet: Fleet, instances: Labels[]): Dashboard {
  return {
    uid: "quickcart-edge",
    title: "Load balancers",
    description: "Do visitors reach the shop, and what does it answer?",
    explains: ["keepalived"],
    rows: [
      {
        title: "Who serves",
        panels: [
          number(
            {
              title: "Owner of the floating IP",
              description: `The load balancer whose interface has ${fleet.network.vip}. None: visitors reach nothing. Two: they do not hear each other.`,
              unit: "short",
              named: true,
            },
            [`node_network_address_info{address="${fleet.network.vip}"}`, "{{node}}"],
          ),
          number(
            {
              title: "HAProxy",
              description: "Whether HAProxy answers on each load balancer.",
              unit: "short",
              words: upOrDown,
              steps: greenFrom(1),
            },
            ['up{job="haproxy"}', "{{node}}"],
          ),
          tasksInBalancing(fleet),
          graph(
            {
              title: "Keepalived's last sign of life",
              description:
                "Every few seconds while all of its processes run. A standby without one takes nothing over.",
              unit: "s",
            },
            ["time() - keepalived_alive_timestamp_seconds", "{{node}}"],
          ),
        ],
      },
      {
        title: "Visitors",
        panels: [
          requestsByBalancer(fleet),
          answers(),
          errorShare(fleet),
          timeInHaproxy(),
          phases(),
        ],
      },
      {
        title: "What waits or is tried again",
        panels: [
          queue(),
          graph(
            {
              title: "Tried again",
              description:
                "Requests that HAProxy sent to a task a second time: the first refused or vanished.",
              unit: "reqps",
            },
            [`sum by (node) (${backendRate("retry_warnings_total")})`, "{{node}}: again"],
            [`sum by (node) (${backendRate("redispatch_warnings_total")})`, "{{node}}: elsewhere"],
          ),
        ],
      },
      { title: "Room", panels: [connections(), balancerCpu(fleet), bandwidth(fleet)] },
    ],
    series: haproxySeries(fleet, instances),
  }
}

function backendRate(metric: string): string {
  return rate(`haproxy_backend_${metric}{proxy="app"}`)
}

/** What comes in, against what the spec promises to serve. */
export function requestsByBalancer({ workload }: Fleet): Panel {
  const { baselineRequestsPerSecond: usual, peakRequestsPerSecond: peak } = workload
  return graph(
    {
      title: "Requests",
      description: `Requests of visitors. The spec expects ${formatNumber(usual)} a second, and ${formatNumber(peak)} in a flash sale.`,
      unit: "reqps",
    },
    [`sum by (node) (${rate(requests)})`, "{{node}}"],
    [`sum(${rate(requests)})`, "all"],
  )
}

export function answers(): Panel {
  return graph(
    {
      title: "Answers",
      description:
        "Answers to visitors by class of status. 4xx are refusals (429: rate limit) and wrong addresses, 5xx are the shop's faults.",
      unit: "reqps",
      stacked: true,
    },
    [`sum by (code) (${rate(responses)})`, "{{code}}"],
  )
}

export function errorShare({ objectives }: Fleet): Panel {
  const allowed = Math.round((1 - objectives.availability) * 1e6) / 1e6
  return graph(
    {
      title: "Share of errors",
      description: `Share of answers that were server errors. Above ${formatPercent(allowed)} the error budget shrinks.`,
      unit: "percentunit",
      steps: redFrom(allowed),
      mayBeEmpty: "Nobody asked",
    },
    [`sum(${rate(errors)}) / (sum(${rate(responses)}) > 0)`, "server errors"],
  )
}

function timeInHaproxy(): Panel {
  return graph(
    {
      title: "Time of an answer",
      description: "Mean over the last 1024 requests, as each load balancer saw them.",
      unit: "s",
    },
    ['haproxy_backend_response_time_average_seconds{proxy="app"}', "{{node}}: task answers"],
    ['haproxy_backend_connect_time_average_seconds{proxy="app"}', "{{node}}: task accepts"],
  )
}

function phases(): Panel {
  return graph(
    {
      title: "Time of a probe",
      description:
        "How long a visitor waits, asked from the load balancers through the floating IP.",
      unit: "s",
      stacked: true,
    },
    ['avg by (phase) (probe_http_duration_seconds{job="shop-probe"})', "{{phase}}"],
  )
}

export function tasksInBalancing({ app }: Fleet): Panel {
  return number(
    {
      title: "Tasks that get requests",
      description: `Tasks of the shop that pass HAProxy's health check. The spec wants ${app.replicas}.`,
      unit: "short",
      steps: [
        { from: null, colour: "red" },
        { from: 1, colour: "yellow" },
        { from: app.replicas, colour: "green" },
      ],
    },
    ['max(haproxy_backend_active_servers{proxy="app"})', "tasks"],
  )
}

export function queue(): Panel {
  return graph(
    {
      title: "Queue",
      description: "Requests that wait in HAProxy for a task; who waits too long gets 503.",
      unit: "short",
    },
    ['sum by (node) (haproxy_backend_current_queue{proxy="app"})', "{{node}}"],
  )
}

export function connections(): Panel {
  return graph(
    {
      title: "Connections in use",
      description: "Share of the connections that a load balancer may have at once.",
      unit: "percentunit",
      max: 1,
      steps: redFrom(mostConnections),
    },
    ["haproxy_process_current_connections / haproxy_process_max_connections", "{{node}}"],
  )
}

export function balancerCpu({ scaling }: Fleet): Panel {
  return graph(
    {
      title: "Processors of the load balancers",
      description: "Share that is in use. From the line on the spec wants larger hosts.",
      unit: "percentunit",
      max: 1,
      ...redFromOptional(scaling.loadBalancerCpu),
    },
    [cpuUse({ role: "load-balancer" }, " by (node)", "$__rate_interval"), "{{node}}"],
  )
}

export function bandwidth({ scaling, provider }: Fleet): Panel {
  const { loadBalancerBitsPerSecond: limit } = scaling
  const devices = `device=~"${provider.publicInterface}|${provider.privateInterface}"`
  const moved = (direction: string) =>
    `8 * sum by (node) (${rate(`node_network_${direction}_bytes_total{role="load-balancer",${devices}}`)})`
  const trigger = limit === null ? "" : ` The spec's trigger is ${formatBits(limit)}.`
  return graph(
    {
      title: "Bandwidth of the load balancers",
      description: `Both interfaces together: what comes in by one leaves by the other.${trigger}`,
      unit: "bps",
      ...redFromOptional(limit),
    },
    [moved("transmit"), "{{node}}: sent"],
    [moved("receive"), "{{node}}: received"],
  )
}

function haproxySeries(fleet: Fleet, instances: Labels[]): Series {
  const shop = instances.map((labels) => ({ ...labels, proxy: "shop" }))
  const app = instances.map((labels) => ({ ...labels, proxy: "app" }))
  const probes = ["resolve", "connect", "tls", "processing", "transfer"].map((phase) => ({
    job: "shop-probe",
    instance: fleet.edge.hostname,
    phase,
  }))
  return {
    ...everywhere(shop, "haproxy_frontend_http_requests_total", growing(600)),
    ...everywhere(app, "haproxy_backend_response_time_average_seconds", steady(0.02)),
    ...everywhere(app, "haproxy_backend_connect_time_average_seconds", steady(0.001)),
    ...everywhere(app, "haproxy_backend_retry_warnings_total", steady(0)),
    ...everywhere(app, "haproxy_backend_redispatch_warnings_total", steady(0)),
    ...everywhere(probes, "probe_http_duration_seconds", steady(0.005)),
  }
}
