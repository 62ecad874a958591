import type { Component } from "../core/component.ts"
import { waves } from "../core/waves.ts"
import { withDashboard } from "../core/with-dashboard.ts"
import { appDashboard } from "./dashboard.ts"
import { migrationJob } from "./migration.ts"
import { appMonitoring } from "./monitoring.ts"
import { appService } from "./service.ts"

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
          deadlineSeconds: fleet.app.update.deadlineSeconds,
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
