import type { Fleet } from "../core/fleet.ts"
import {
  type Alert,
  everywhere,
  type Monitored,
  type Scrape,
  series,
  steady,
  type TaskDiscovery,
} from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import { instancesOf, upSeries } from "../core/target-alerts.ts"
import { fewerThanAppHosts } from "../node-exporter/monitoring.ts"

/** Short name of the service. */
export const routeExporter = "database-route-exporter"
/** Where it answers Prometheus. */
export const routeExporterPort = 8405

const job = "database-route"

/** Longer than a change of the primary takes, which is no fault of the route. */
const unseenSeconds = 60

type Labels = Record<string, string>

/** What the HAProxy between PgBouncer and the database sees, on every app host. */
export function routeMonitoring(fleet: Fleet): Monitored {
  const scrape: Scrape & { targets: TaskDiscovery } = {
    job,
    targets: { service: routeExporter, port: routeExporterPort },
    parameters: { scope: ["backend"] },
    keep: "haproxy_backend_(active_servers|current_sessions)",
  }
  const instances = instancesOf(scrape, hostsOf(fleet, "app").length)
  return {
    scrapes: [scrape],
    recordings: [],
    alerts: [
      fewerThanAppHosts(fleet, `up{job="${job}"}`, everywhere(instances, "up", steady(1)), {
        name: "DatabaseRouteDown",
        severity: "warning",
        summary: "{{ $value }} routes to the database answer, fewer than there are app hosts",
        description: "The shop's tasks on the others do not reach the database.",
      }),
      withoutPrimary(instances),
    ],
    healthy: {
      ...upSeries(scrape, instances.length),
      ...everywhere(backends(instances, "primary"), activeServers, steady(1)),
      ...everywhere(
        backends(instances, "replicas"),
        activeServers,
        steady(Math.max(0, hostsOf(fleet, "database").length - 1)),
      ),
    },
  }
}

/** Servers of a backend that pass their checks. */
export const activeServers = "haproxy_backend_active_servers"

/** Labels of a backend, at every instance. */
export function backends(instances: Labels[], proxy: "primary" | "replicas"): Labels[] {
  return instances.map((labels) => ({ ...labels, proxy }))
}

function withoutPrimary(instances: Labels[]): Alert {
  const [first = {}] = backends(instances, "primary")
  const seen = series(activeServers, first)
  return {
    name: "DatabaseRouteWithoutPrimary",
    severity: "warning",
    expression: `count(${activeServers}{job="${job}",proxy="primary"} == 0) > 0`,
    forSeconds: unseenSeconds,
    summary: "{{ $value }} app hosts see no primary of the database",
    description:
      "Nothing that the shop's tasks there write arrives. Patroni does not answer them, or with a certificate that they do not trust.",
    tests: {
      fires: {
        when: "one sees none for three minutes",
        series: { [seen]: "1x9 0x3 1x4000" },
        atMinutes: 12,
      },
      silent: {
        when: "the primary changes",
        series: everywhere(backends(instances, "primary"), activeServers, "1x9 0x0 1x4000"),
        atMinutes: 10,
      },
    },
  }
}
