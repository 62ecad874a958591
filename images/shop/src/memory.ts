import { randomUUID } from "node:crypto"
import { readCart, writeCart } from "./cart.ts"
import { products } from "./catalogue.ts"
import type { Cache, Carts, Catalogue, Order, Orders } from "./stores.ts"

/** The sample products, for a shop without a database. */
export function fixedCatalogue(): Catalogue {
  return { list: async () => products }
}

/** Orders that are priced and forgotten, for a shop without a database. */
export function memoryOrders(): Orders {
  const known = new Map<string, Order>()
  const prices = new Map(products.map(({ id, priceRupiah }) => [id, priceRupiah]))
  return {
    find: async (idempotencyKey) => known.get(idempotencyKey),
    place: async ({ idempotencyKey, lines }) => {
      const totalRupiah = lines.reduce(
        (sum, { productId, quantity }) => sum + (prices.get(productId) ?? 0) * quantity,
        0,
      )
      const order = known.get(idempotencyKey) ?? { orderId: randomUUID(), totalRupiah }
      known.set(idempotencyKey, order)
      if (known.size > 1000) known.delete(known.keys().next().value ?? "")
      return order
    },
  }
}

/** Carts that travel in the cookie itself, for a shop without Redis: any replica serves them. */
export function cookieCarts(): Carts {
  return {
    read: async (cookie) => readCart(cookie),
    keep: async (_, cart) => writeCart(cart),
  }
}

/** Remembers nothing. */
export function noCache(): Cache {
  return { get: async () => undefined, set: async () => {} }
}
