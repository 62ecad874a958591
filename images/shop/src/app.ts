import { hostname } from "node:os"
import fastify, { type FastifyInstance, LogController } from "fastify"
import { addHealth, type Drain } from "./drain.ts"
import { addMetrics } from "./metrics.ts"
import { openStores } from "./open-stores.ts"
import { watchDependencies } from "./readiness.ts"
import type { Settings } from "./settings.ts"
import { addStorefront } from "./storefront.ts"
import type { Stores } from "./stores.ts"
import { addTrialRoutes } from "./trial.ts"

export interface Shop {
  server: FastifyInstance
  drain: Drain
}

/**
 * The shop, not listening yet. `log` writes a JSON line per event to stdout.
 * Stores other than those the settings name are for tests.
 */
export function createShop(settings: Settings, log = false, given?: Stores): Shop {
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
  server.addHook("onError", async (request, reply, error) => {
    if ((error.statusCode ?? 500) >= 500) request.log.error(error)
    if (error.statusCode === 503) reply.header("retry-after", "1")
  })
  const stores = given ?? openStores(settings, (error) => server.log.warn(error.message))
  const readiness = watchDependencies(stores.dependencies)
  server.addHook("onClose", async () => {
    readiness.stop()
    await stores.close()
  })
  addMetrics(server)
  const drain = addHealth(server, settings.healthPath, readiness)
  server.get("/version", async () => ({ release: settings.release, hostname: hostname() }))
  addTrialRoutes(server)
  addStorefront(server, stores, settings.imagesBaseUrl)
  return { server, drain }
}
