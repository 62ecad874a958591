import { type Dashboard, graph, number, rate, redFrom } from "../core/dashboard.ts"
import type { Monitoring } from "../core/fleet.ts"
import { everywhere, growing, steady } from "../core/monitoring.ts"

export function prometheusDashboard(
  { memoryBytes, storageBytes }: Monitoring,
  instances: Record<string, string>[],
): Dashboard {
  const own = instances.filter(({ job }) => job === "prometheus")
  const other = instances.filter(({ job }) => job === "alertmanager")
  const slack = other.map((labels) => ({ ...labels, integration: "slack" }))
  const active = other.map((labels) => ({ ...labels, state: "active" }))
  return {
    uid: "quickcart-monitoring",
    title: "Monitoring",
    description: "Is everything watched, would somebody be told, and is there room?",
    explains: ["alertmanager"],
    rows: [
      {
        title: "Alerts",
        panels: [
          number(
            {
              title: "Rules that fail",
              description: "An alert that cannot be evaluated never fires.",
              unit: "short",
              steps: redFrom(1),
            },
            [
              "sum(increase(prometheus_rule_evaluation_failures_total[$__rate_interval]))",
              "failures",
            ],
          ),
          graph(
            {
              title: "Alerts by state",
              description:
                "As Alertmanager holds them. Suppressed: silenced, or said by another alert.",
              unit: "short",
            },
            ["sum by (state) (alertmanager_alerts)", "{{state}}"],
          ),
          graph(
            {
              title: "Notifications",
              description:
                "What was sent, and what could not be: those who rely on it are not told.",
              unit: "ops",
            },
            [`sum(${rate("alertmanager_notifications_total")})`, "sent"],
            [
              `sum by (integration) (${rate("alertmanager_notifications_failed_total")})`,
              "{{integration}}: failed",
            ],
          ),
        ],
      },
      {
        title: "Targets",
        panels: [
          graph(
            {
              title: "Targets that do not answer",
              description: "By job. Tasks that are gone have no target: their alerts count them.",
              unit: "short",
            },
            ["count by (job) (up) - sum by (job) (up)", "{{job}}"],
          ),
          graph(
            {
              title: "Time of a scrape",
              description: "The slowest target of each job.",
              unit: "s",
            },
            ["max by (job) (scrape_duration_seconds)", "{{job}}"],
          ),
        ],
      },
      {
        title: "Room",
        panels: [
          graph(
            {
              title: "Series",
              description: "What memory goes by.",
              unit: "short",
            },
            ["prometheus_tsdb_head_series", "series"],
          ),
          graph(
            {
              title: "Memory",
              description: "Of Prometheus, which is killed at the line (monitoring.memory).",
              unit: "bytes",
              steps: redFrom(memoryBytes),
            },
            ['process_resident_memory_bytes{job="prometheus"}', "Prometheus"],
          ),
          graph(
            {
              title: "Disk",
              description: "Metrics on the disk; at the line the oldest go (monitoring.storage).",
              unit: "bytes",
              steps: redFrom(storageBytes),
            },
            ["prometheus_tsdb_storage_blocks_bytes", "blocks"],
          ),
        ],
      },
    ],
    series: {
      ...everywhere(active, "alertmanager_alerts", steady(1)),
      ...everywhere(slack, "alertmanager_notifications_total", growing(1)),
      ...everywhere(instances, "scrape_duration_seconds", steady(0.01)),
      ...everywhere(own, "prometheus_tsdb_head_series", steady(20_000)),
      ...everywhere(own, "process_resident_memory_bytes", steady(200e6)),
      ...everywhere(own, "prometheus_tsdb_storage_blocks_bytes", steady(1e9)),
    },
  }
}
