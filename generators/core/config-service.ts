import type { Host, Role } from "./fleet.ts"
import { oneByOne } from "./one-by-one.ts"
import { onHost, onRole } from "./roles.ts"
import type { SwarmService } from "./swarm-service.ts"

type Delivery = Pick<SwarmService, "image" | "configs" | "secrets" | "volumes" | "networks"> & {
  hostname?: string
  environment?: Record<string, string>
}

/**
 * A service that brings files to a daemon on the same hosts without restarting
 * it: `deliver` validates them, copies them to the volume both share and makes
 * the daemon reload. It turns healthy when the daemon took them; otherwise its
 * update fails and Swarm's rollback delivers the previous files again.
 */
export function configService(
  component: string,
  where: Role | Host,
  delivery: Delivery,
): SwarmService {
  return {
    ...delivery,
    entrypoint: ["/usr/local/bin/deliver", component],
    init: true,
    healthcheck: {
      test: ["CMD", "test", "-f", "/tmp/delivered"],
      // Delivered once is delivered, and every look starts a process in the container.
      interval: "30s",
      timeout: "5s",
      retries: 3,
      // Time for the longest reload: the daemon's own container may still be on its way.
      start_period: "30s",
      start_interval: "500ms",
    },
    stop_grace_period: "1s",
    deploy: {
      mode: "global",
      endpoint_mode: "dnsrr",
      placement: {
        constraints:
          typeof where === "string" ? [onRole(where)] : [onRole(where.role), onHost(where)],
      },
      restart_policy: { condition: "any", delay: "1s" },
      ...oneByOne("5s"),
    },
  }
}
