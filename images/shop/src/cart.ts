import type { Product } from "./catalogue.ts"

/** Quantity by product id. */
export type Cart = ReadonlyMap<string, number>

export interface CartLine {
  product: Product
  quantity: number
  totalRupiah: number
}

const maxQuantity = 99

/**
 * A cart as text, `kopi-gayo:2.teh-melati:1`. Prices are never in it; odd ids and
 * quantities are dropped.
 */
export function readCart(text: string | undefined): Cart {
  const lines = (text ?? "").split(".").map((part) => part.split(":"))
  return new Map(
    lines.flatMap(([id = "", quantity = ""]) => {
      const valid = /^[a-z0-9-]{1,60}$/.test(id) && /^[1-9]\d?$/.test(quantity)
      return valid ? [[id, Number(quantity)] as const] : []
    }),
  )
}

/** The text that `readCart` reads back. */
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

/** What the cart holds of the products on sale, priced. */
export function cartLines(cart: Cart, products: readonly Product[]): CartLine[] {
  const byId = new Map(products.map((product) => [product.id, product]))
  return [...cart].flatMap(([id, quantity]) => {
    const product = byId.get(id)
    return product === undefined
      ? []
      : [{ product, quantity, totalRupiah: product.priceRupiah * quantity }]
  })
}

/** Sum of all lines. */
export function cartTotalRupiah(lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + line.totalRupiah, 0)
}
