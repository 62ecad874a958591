import type { Dashboard } from "./dashboard.ts"
import type { Monitored } from "./monitoring.ts"
import { instancesOf } from "./target-alerts.ts"

/** Tasks of a service in the series of a dashboard: enough to be several. */
const tasks = 2

/** What a component wants to have watched, and what shows it; `make` gets the labels of its targets. */
export function withDashboard(
  monitored: Monitored,
  make: (instances: Record<string, string>[]) => Dashboard,
): Monitored {
  const instances = monitored.scrapes.flatMap((scrape) => instancesOf(scrape, tasks))
  return { ...monitored, dashboard: make(instances) }
}
