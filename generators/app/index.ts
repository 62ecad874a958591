import type { Component } from "../core/component.ts"
import type { Fleet } from "../core/fleet.ts"
import { replacedWithinSeconds } from "../core/one-by-one.ts"
import { waves } from "../core/waves.ts"
import { withDashboard } from "../core/with-dashboard.ts"
import { appDashboard } from "./dashboard.ts"
import { migrationJob } from "./migration.ts"
import { appMonitoring } from "./monitoring.ts"
import { appService } from "./service.ts"
import { maxTasks } from "./task-count.ts"

/** What the spec gives, or more where the tasks of the largest fleet need it. */
function deadlineSeconds(fleet: Fleet): number {
  const { deadlineSeconds, parallelism, delaySeconds } = fleet.app.update
  const rounds = Math.ceil(maxTasks(fleet) / Math.max(1, parallelism))
  return Math.max(deadlineSeconds, replacedWithinSeconds(rounds, delaySeconds))
}

/** The shop itself: stateless tasks on the app hosts. */
export const app: Component = {
  name: "app",
  contribute: (fleet) => ({
    services: [
      ...migrationJob(fleet),
      {
        tier: "app",
        name: "app",
        rollout: {
          wave: waves.app,
          deadlineSeconds: deadlineSeconds(fleet),
          impact: "restart",
          alerts: [{ name: "AppTaskDown" }],
        },
        definition: appService(fleet),
        configs: [],
      },
    ],
    flows: [
      {
        from: "loadBalancer",
        to: "app",
        protocol: "tcp",
        port: fleet.app.port,
        service: "shop over the edge overlay",
      },
    ],
    files: [],
    checks: [],
    credentials: [],
    monitored: withDashboard(appMonitoring(fleet), (instances) => appDashboard(fleet, instances)),
  }),
}
