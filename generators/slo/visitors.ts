import type { Fleet } from "../core/fleet.ts"

/** What the app tells of every request, by `method`, `route` and `status_code` (Prometheus' usual names). */
export const histogram = "http_request_duration_seconds"

/** Where the shop's tasks show Prometheus their metrics. */
const metricsRoute = "/metrics"

/** What load balancers and Prometheus ask the shop for, all day and fast. */
export function probeRoutes({ app }: Fleet): string[] {
  return [app.healthPath, metricsRoute]
}

/** Matchers of what the tasks measured of visitors: probes would hide that they wait. */
export function visitorsOf(fleet: Fleet): string {
  return ['job="app"', ...probeRoutes(fleet).map((route) => `route!="${route}"`)].join(",")
}
