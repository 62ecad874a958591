import type { Fleet } from "../core/fleet.ts"
import type { Alert, Monitored, Scrape, TaskDiscovery } from "../core/monitoring.ts"
import { scalingTrigger } from "../core/scaling-alerts.ts"
import { tasksMissing, upSeries } from "../core/target-alerts.ts"
import { appNodes, cpuHigh, cpuUse, usedMemory } from "../node-exporter/monitoring.ts"
import { formatPercent } from "../topology/table.ts"

export function appMonitoring(fleet: Fleet): Monitored {
  const { replicas, port } = fleet.app
  const scrape: Scrape & { targets: TaskDiscovery } = {
    job: "app",
    targets: { service: "app", port },
  }
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
      ...cpu(fleet),
      ...memoryHigh(fleet),
    ],
    healthy: upSeries(scrape, replicas),
  }
}

function cpu(fleet: Fleet): Alert[] {
  const { appCpu: limit } = fleet.scaling
  return cpuHigh({
    name: "AppCpuHigh",
    expression: `${cpuUse({ job: "app-node" })} > ${limit}`,
    summary: "The app hosts use {{ $value | humanizePercentage }} of their processors",
    limit,
    remedy: "more app hosts",
    instances: appNodes(fleet),
  })
}

function memoryHigh(fleet: Fleet): Alert[] {
  const { appMemory: limit } = fleet.scaling
  if (limit === null) return []
  return [
    scalingTrigger({
      name: "AppMemoryHigh",
      expression: `1 - sum(node_memory_MemAvailable_bytes{job="app-node"}) / sum(node_memory_MemTotal_bytes{job="app-node"}) > ${limit}`,
      summary: "The app hosts use {{ $value | humanizePercentage }} of their memory",
      limit: formatPercent(limit),
      remedy: "more app hosts, or larger ones",
      above: usedMemory(appNodes(fleet), limit + 0.05),
      below: usedMemory(appNodes(fleet), limit - 0.05),
    }),
  ]
}
