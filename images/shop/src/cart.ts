import { findProduct, type Product } from "./catalogue.ts"

/** Quantity by product id. */
export type Cart = ReadonlyMap<string, number>

export interface CartLine {
  product: Product
  quantity: number
  totalRupiah: number
}

const maxQuantity = 99

/**
 * The cart travels in a cookie, `kopi-gayo:2.teh-melati:1`, so that any replica can
 * serve the next request. Prices are never read from it; unknown ids and odd
 * quantities are dropped.
 */
export function readCart(cookie: string | undefined): Cart {
  const lines = (cookie ?? "").split(".").map((part) => part.split(":"))
  return new Map(
    lines.flatMap(([id = "", quantity = ""]) => {
      const valid = findProduct(id) !== undefined && /^[1-9]\d?$/.test(quantity)
      return valid ? [[id, Number(quantity)] as const] : []
    }),
  )
}

/** The cookie that `readCart` reads back. */
export function writeCart(cart: Cart): string {
  return [...cart].map(([id, quantity]) => `${id}:${quantity}`).join(".")
}

/** The cart with `quantity` more of a product, between none and 99. */
export function addToCart(cart: Cart, product: Product, quantity: number): Cart {
  const next = new Map(cart)
  const wanted = Math.min((cart.get(product.id) ?? 0) + quantity, maxQuantity)
  if (wanted > 0) next.set(product.id, wanted)
  else next.delete(product.id)
  return next
}

/** What the cart holds, priced from the catalogue. */
export function cartLines(cart: Cart): CartLine[] {
  return [...cart].flatMap(([id, quantity]) => {
    const product = findProduct(id)
    return product === undefined
      ? []
      : [{ product, quantity, totalRupiah: product.priceRupiah * quantity }]
  })
}

/** Sum of all lines. */
export function cartTotalRupiah(cart: Cart): number {
  return cartLines(cart).reduce((sum, line) => sum + line.totalRupiah, 0)
}
