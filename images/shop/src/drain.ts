import type { FastifyInstance } from "fastify"

/** Whether the shop is about to stop; routes and hooks read it. */
export interface Drain {
  active: boolean
}

/**
 * Health check that fails while draining, and `Connection: close` on every answer
 * from then on, so that load balancers and keep-alive clients move elsewhere.
 */
export function addDrain(shop: FastifyInstance, healthPath: string): Drain {
  const drain: Drain = { active: false }
  shop.addHook("onSend", async (_, reply) => {
    if (drain.active) reply.header("connection", "close")
  })
  shop.get(healthPath, async (_, reply) => {
    reply.header("cache-control", "no-store")
    return drain.active
      ? reply.code(503).send({ status: "draining" })
      : reply.send({ status: "ok" })
  })
  return drain
}
