import { randomBytes } from "node:crypto"
import { readCart, writeCart } from "./cart.ts"
import type { RedisCluster } from "./redis.ts"
import { type Patience, retrying } from "./retry.ts"
import { type Carts, Unavailable } from "./stores.ts"

/** A cart outlives the visit by a day. */
const cartSeconds = 86_400

/** 128 bits: nobody finds another's cart by trying. */
const sessionId = /^[0-9a-f]{32}$/

/**
 * A master that hands over, or is stopped after it did, costs its clients a moment, and reading or
 * writing a cart may be done twice. Longer than it takes to ask who leads (`refreshTopologyMs`).
 */
const defaultPatience: Patience = { deadlineMs: 2000, firstPauseMs: 50 }

/** Carts in the sessions cluster; the cookie holds a random id. */
export function redisCarts(sessions: RedisCluster, patience = defaultPatience): Carts {
  const keyOf = (id: string) => `session:${id}`
  const patiently = <Reply>(work: () => Promise<Reply>): Promise<Reply> =>
    retrying(work, (error) => error instanceof Unavailable, patience)
  return {
    read: async (cookie) => {
      if (cookie === undefined || !sessionId.test(cookie)) return new Map()
      return readCart(await patiently(() => sessions.get(keyOf(cookie))))
    },
    keep: async (cookie, cart) => {
      const id =
        cookie !== undefined && sessionId.test(cookie) ? cookie : randomBytes(16).toString("hex")
      await patiently(() => sessions.set(keyOf(id), writeCart(cart), cartSeconds))
      return id
    },
  }
}
