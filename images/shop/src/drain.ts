import type { FastifyInstance } from "fastify"
import type { Readiness } from "./readiness.ts"

/** Whether the shop is about to stop; routes and hooks read it. */
export interface Drain {
  active: boolean
}

/** Path that answers as long as the process does; a container that fails it is replaced. */
export const livePath = "/livez"

/**
 * Health check that fails while draining and until everything the shop needs has
 * answered once, and `Connection: close` on every answer of a draining shop, so
 * that load balancers and keep-alive clients move elsewhere.
 */
export function addHealth(shop: FastifyInstance, healthPath: string, readiness: Readiness): Drain {
  const drain: Drain = { active: false }
  shop.addHook("onSend", async (_, reply) => {
    if (drain.active) reply.header("connection", "close")
  })
  shop.get(livePath, async (_, reply) =>
    reply.header("cache-control", "no-store").send({ status: "ok" }),
  )
  shop.get(healthPath, async (_, reply) => {
    reply.header("cache-control", "no-store")
    const dependencies = readiness.report()
    if (drain.active) return reply.code(503).send({ status: "draining", dependencies })
    return readiness.ready()
      ? reply.send({ status: "ok", dependencies })
      : reply.code(503).send({ status: "not ready", dependencies })
  })
  return drain
}
