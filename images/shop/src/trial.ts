import { setTimeout as delay } from "node:timers/promises"
import type { FastifyInstance } from "fastify"

const maxDelayMs = 60_000

/** Routes that misbehave on request, to try timeouts, alerts and retries on. */
export function addTrialRoutes(shop: FastifyInstance): void {
  shop.get<{ Querystring: { ms: number } }>(
    "/slow",
    { schema: { querystring: integer("ms", 0, maxDelayMs, 1000) } },
    async (request) => {
      await delay(request.query.ms)
      return { sleptMs: request.query.ms }
    },
  )
  shop.get<{ Querystring: { status: number } }>(
    "/fail",
    { schema: { querystring: integer("status", 400, 599, 500) } },
    async (request, reply) => reply.code(request.query.status).send({ error: "as requested" }),
  )
}

function integer(name: string, minimum: number, maximum: number, fallback: number) {
  return {
    type: "object",
    properties: { [name]: { type: "integer", minimum, maximum, default: fallback } },
  }
}
