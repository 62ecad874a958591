import {
  type Dashboard,
  graph,
  number,
  type Panel,
  quantile,
  rate,
  redFrom,
  redFromOptional,
} from "../core/dashboard.ts"
import type { Fleet } from "../core/fleet.ts"
import { everywhere, growing, steady } from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import { cpuUse } from "../node-exporter/monitoring.ts"
import { histogram, visitorsOf } from "../slo/visitors.ts"
import { formatBytes, formatNumber } from "../topology/table.ts"

export function appDashboard(fleet: Fleet, instances: Record<string, string>[]): Dashboard {
  const visitors = visitorsOf(fleet)
  const routes = instances.map((labels) => ({ ...labels, method: "GET", route: "/" }))
  const answered = routes.map((labels) => ({ ...labels, status_code: "200" }))
  const buckets = ["0.1", "0.3", "+Inf"].flatMap((le) =>
    answered.map((labels) => ({ ...labels, le })),
  )
  return {
    uid: "quickcart-shop",
    title: "The shop",
    description: "Do the shop's tasks answer, how fast, and have they room?",
    rows: [
      {
        title: "What visitors get",
        panels: [
          answeringTasks(fleet),
          graph(
            {
              title: "Requests by route",
              description: "What the tasks were asked for, without probes.",
              unit: "reqps",
              mayBeEmpty: "Nobody asked",
            },
            [`sum by (route) (${rate(`${histogram}_count{${visitors}}`)})`, "{{route}}"],
          ),
          latency(fleet),
          graph(
            {
              title: "Server errors by route",
              description: "Answers with 5xx that the tasks themselves gave.",
              unit: "reqps",
              mayBeEmpty: "No server error",
            },
            [
              `sum by (route, status_code) (${rate(`${histogram}_count{${visitors},status_code=~"5.."}`)})`,
              "{{status_code}} {{route}}",
            ],
          ),
        ],
      },
      {
        title: "Room of the tasks",
        panels: [
          taskCpu(fleet),
          graph(
            {
              title: "Memory of the tasks",
              description: `Each is killed at ${formatBytes(fleet.app.memoryBytes)}.`,
              unit: "bytes",
              steps: redFrom(fleet.app.memoryBytes),
            },
            ['process_resident_memory_bytes{job="app"}', "{{instance}}"],
          ),
          graph(
            {
              title: "Event loop",
              description:
                "Delay that one of a hundred turns of Node's event loop exceeds: a task that computes keeps all its visitors waiting.",
              unit: "s",
            },
            ['nodejs_eventloop_lag_p99_seconds{job="app"}', "{{instance}}"],
          ),
        ],
      },
      { title: "App hosts", panels: [appHosts(fleet), hostCpu(fleet), hostMemory(fleet)] },
    ],
    series: {
      ...everywhere(buckets, `${histogram}_bucket`, growing(600)),
      ...everywhere(answered, `${histogram}_count`, growing(600)),
      ...everywhere(instances, "process_cpu_seconds_total", growing(12)),
      ...everywhere(instances, "process_resident_memory_bytes", steady(90e6)),
      ...everywhere(instances, "nodejs_eventloop_lag_p99_seconds", steady(0.011)),
    },
  }
}

export function answeringTasks({ app }: Fleet): Panel {
  return number(
    {
      title: "Tasks that answer",
      description: `Tasks of the shop that Prometheus reaches. The spec wants ${app.replicas}.`,
      unit: "short",
      steps: [
        { from: null, colour: "red" },
        { from: 1, colour: "yellow" },
        { from: app.replicas, colour: "green" },
      ],
    },
    ['sum(up{job="app"}) or vector(0)', "tasks"],
  )
}

/** How long visitors wait for the tasks. */
export function latency(fleet: Fleet): Panel {
  const { latency: promised } = fleet.objectives
  const bucket = `${histogram}_bucket{${visitorsOf(fleet)}}`
  const objective =
    promised === null
      ? ""
      : ` The objective: ${formatNumber(promised.share * 100)}% within ${promised.thresholdSeconds} s.`
  return graph(
    {
      title: "Latency",
      description: `Time within which half, 95% and 99% of the answers to visitors were given.${objective}`,
      unit: "s",
      mayBeEmpty: "Nobody asked",
      ...redFromOptional(promised?.thresholdSeconds ?? null),
    },
    [quantile(0.5, bucket), "half"],
    [quantile(0.95, bucket), "95%"],
    [quantile(0.99, bucket), "99%"],
  )
}

export function taskCpu({ app }: Fleet): Panel {
  return graph(
    {
      title: "Processors of the tasks",
      description: `Cores in use by each task; it is slowed down at ${formatNumber(app.cpu)}.`,
      unit: "short",
      steps: redFrom(app.cpu),
    },
    [rate('process_cpu_seconds_total{job="app"}'), "{{instance}}"],
  )
}

export function appHosts(fleet: Fleet): Panel {
  const wanted = hostsOf(fleet, "app").length
  return number(
    {
      title: "App hosts",
      description: `Hosts that Prometheus reaches. The spec has ${wanted} when there is no flash sale.`,
      unit: "short",
      steps: [
        { from: null, colour: "red" },
        { from: 1, colour: "yellow" },
        { from: wanted, colour: "green" },
      ],
    },
    ['sum(up{job="app-node"}) or vector(0)', "hosts"],
  )
}

export function hostCpu({ scaling }: Fleet): Panel {
  return graph(
    {
      title: "Processors of the app hosts",
      description: "Share that is in use. When all are above the line the spec wants more hosts.",
      unit: "percentunit",
      max: 1,
      ...redFromOptional(scaling.appCpu),
    },
    [cpuUse({ job: "app-node" }, " by (instance)", "$__rate_interval"), "{{instance}}"],
    [cpuUse({ job: "app-node" }, "", "$__rate_interval"), "all"],
  )
}

function hostMemory({ scaling }: Fleet): Panel {
  return graph(
    {
      title: "Memory of the app hosts",
      description: "Share that is in use. When all are above the line the spec wants more hosts.",
      unit: "percentunit",
      max: 1,
      ...redFromOptional(scaling.appMemory),
    },
    [
      '1 - node_memory_MemAvailable_bytes{job="app-node"} / node_memory_MemTotal_bytes{job="app-node"}',
      "{{instance}}",
    ],
  )
}
