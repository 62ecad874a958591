import type { FastifyInstance } from "fastify"
import { collectDefaultMetrics, Histogram, Registry } from "prom-client"
import { livePath } from "./drain.ts"

/** Measures every request but the container's own by route and status, and shows it at `/metrics`. */
export function addMetrics(shop: FastifyInstance): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the request's arrival to the end of its response",
    labelNames: ["method", "route", "status_code"],
    // 0.3 s is the latency objective's threshold.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  shop.addHook("onResponse", async (request, reply) => {
    // Each container asks itself all day, and is always fast: it would hide that visitors wait.
    if (request.routeOptions.url === livePath) return
    const labels = {
      method: request.method,
      // The route's pattern: raw paths would make a time series each.
      route: request.routeOptions.url ?? "unknown",
      status_code: String(reply.statusCode),
    }
    duration.observe(labels, reply.elapsedTime / 1000)
  })
  shop.get("/metrics", async (_, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}
