import { hostname } from "node:os"
import fastify, { type FastifyInstance, LogController } from "fastify"
import { addDrain, type Drain } from "./drain.ts"
import { addMetrics } from "./metrics.ts"
import type { Settings } from "./settings.ts"
import { addStorefront } from "./storefront.ts"
import { addTrialRoutes } from "./trial.ts"

export interface Shop {
  server: FastifyInstance
  drain: Drain
}

/** The shop, not listening yet. `log` writes a JSON line per event to stdout. */
export function createShop(settings: Settings, log = false): Shop {
  const server = fastify({
    logger: log,
    // The load balancer logs requests already.
    logController: new LogController({ disableRequestLogging: true }),
    // Longer than any load balancer keeps an idle connection, so that it closes first.
    keepAliveTimeout: 65_000,
    // Idle connections end at `close`; requests under way are finished.
    forceCloseConnections: "idle",
    // Tasks are reached only through the load balancer.
    trustProxy: true,
  })
  server.addHook("onError", async (request, _, error) => {
    if ((error.statusCode ?? 500) >= 500) request.log.error(error)
  })
  addMetrics(server)
  const drain = addDrain(server, settings.healthPath)
  server.get("/version", async () => ({ release: settings.release, hostname: hostname() }))
  addTrialRoutes(server)
  addStorefront(server)
  return { server, drain }
}
