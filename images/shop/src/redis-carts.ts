import { randomBytes } from "node:crypto"
import { readCart, writeCart } from "./cart.ts"
import type { RedisCluster } from "./redis.ts"
import type { Carts } from "./stores.ts"

/** A cart outlives the visit by a day. */
const cartSeconds = 86_400

/** 128 bits: nobody finds another's cart by trying. */
const sessionId = /^[0-9a-f]{32}$/

/** Carts in the sessions cluster; the cookie holds a random id. */
export function redisCarts(sessions: RedisCluster): Carts {
  const keyOf = (id: string) => `session:${id}`
  return {
    read: async (cookie) => {
      if (cookie === undefined || !sessionId.test(cookie)) return new Map()
      return readCart(await sessions.get(keyOf(cookie)))
    },
    keep: async (cookie, cart) => {
      const id =
        cookie !== undefined && sessionId.test(cookie) ? cookie : randomBytes(16).toString("hex")
      await sessions.set(keyOf(id), writeCart(cart), cartSeconds)
      return id
    },
  }
}
