import type { ServiceEntry } from "../core/component.ts"
import type { Fleet } from "../core/fleet.ts"
import { edgeNetwork } from "../core/networks.ts"
import { onRole } from "../core/roles.ts"
import { waves } from "../core/waves.ts"
import { appContainer, resources } from "./service.ts"

/** Starts again after a failure, e.g. when a database failover cut it off. */
const retries = 2

/**
 * The gate before a new version: a job of the app's image that has to succeed
 * first. Empty when the app declares none.
 */
export function migrationJob(fleet: Fleet): ServiceEntry[] {
  const { app } = fleet
  if (app.migration === null) return []
  return [
    {
      tier: "app",
      name: "migration",
      rollout: {
        wave: waves.app - 10,
        deadlineSeconds: app.migration.deadlineSeconds,
        impact: "restart",
      },
      definition: {
        image: app.image,
        command: app.migration.command,
        ...appContainer(fleet),
        networks: { [edgeNetwork]: null },
        stop_grace_period: "10s",
        deploy: {
          mode: "replicated-job",
          replicas: 1,
          endpoint_mode: "dnsrr",
          placement: { constraints: [onRole("app")] },
          resources: resources(fleet),
          restart_policy: { condition: "on-failure", delay: "2s", max_attempts: retries },
        },
      },
      configs: [],
    },
  ]
}
