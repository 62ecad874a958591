import type { Fleet } from "../core/fleet.ts"
import {
  type Alert,
  growing,
  type Monitored,
  type Scrape,
  series,
  steady,
  type TaskDiscovery,
} from "../core/monitoring.ts"
import { scalingTrigger } from "../core/scaling-alerts.ts"
import { instancesOf, tasksMissing, upSeries } from "../core/target-alerts.ts"

type Labels = Record<string, string>

export function appMonitoring(fleet: Fleet): Monitored {
  const { replicas, port, cpu, memoryBytes } = fleet.app
  const scrape: Scrape & { targets: TaskDiscovery } = {
    job: "app",
    targets: { service: "app", port },
  }
  const tasks = instancesOf(scrape, replicas)
  return {
    scrapes: [scrape],
    recordings: [],
    alerts: [
      tasksMissing(scrape, replicas, {
        name: "AppTaskDown",
        severity: "warning",
        summary: "{{ $value }} tasks of the shop answer",
        description: `The spec wants ${replicas}. The others serve what they can.`,
      }),
      ...cpuHigh(fleet, tasks),
      ...memoryHigh(fleet, tasks),
    ],
    healthy: {
      ...upSeries(scrape, replicas),
      ...each(tasks, "process_cpu_seconds_total", growing(60 * 0.3 * cpu)),
      ...each(tasks, "process_resident_memory_bytes", steady(0.4 * memoryBytes)),
    },
  }
}

function cpuHigh(fleet: Fleet, tasks: Labels[]): Alert[] {
  const { appCpu: limit } = fleet.scaling
  if (limit === null) return []
  const { cpu } = fleet.app
  const busy = (share: number) =>
    each(tasks, "process_cpu_seconds_total", growing(60 * cpu * share))
  return [
    scalingTrigger({
      name: "AppCpuHigh",
      expression: `avg(rate(process_cpu_seconds_total{job="app"}[5m])) / ${cpu} > ${limit}`,
      summary: "The shop's tasks use {{ $value | humanizePercentage }} of their processors",
      limit,
      remedy: "more app hosts",
      above: busy(limit + 0.05),
      below: busy(limit - 0.05),
    }),
  ]
}

function memoryHigh(fleet: Fleet, tasks: Labels[]): Alert[] {
  const { appMemory: limit } = fleet.scaling
  if (limit === null) return []
  const { memoryBytes } = fleet.app
  const used = (share: number) =>
    each(tasks, "process_resident_memory_bytes", steady(memoryBytes * share))
  return [
    scalingTrigger({
      name: "AppMemoryHigh",
      expression: `avg(process_resident_memory_bytes{job="app"}) / ${memoryBytes} > ${limit}`,
      summary: "The shop's tasks use {{ $value | humanizePercentage }} of their memory",
      limit,
      remedy: "more app hosts, or more memory for each task",
      above: used(limit + 0.05),
      below: used(limit - 0.05),
    }),
  ]
}

function each(tasks: Labels[], metric: string, values: string) {
  return Object.fromEntries(tasks.map((labels) => [series(metric, labels), values]))
}
