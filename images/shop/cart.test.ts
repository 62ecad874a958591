import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { addToCart, cartLines, cartTotalRupiah, readCart, writeCart } from "./src/cart.ts"
import { type Product, products } from "./src/catalogue.ts"

const coffee = products.find(({ id }) => id === "kopi-gayo") as Product

describe("a cart as text", () => {
  test("reads back what was written", () => {
    const anyCart = fc.uniqueArray(
      fc.tuple(fc.constantFrom(...products.map((p) => p.id)), fc.integer({ min: 1, max: 99 })),
      { selector: ([id]) => id },
    )
    fc.assert(
      fc.property(anyCart, (lines) => {
        expect([...readCart(writeCart(new Map(lines)))]).toEqual(lines)
      }),
    )
  })

  test.each([undefined, "", "kopi-gayo", "kopi-gayo:0", "kopi-gayo:-1", "kopi-gayo:1e9", "Ä:1"])(
    "drops what no page wrote: %s",
    (cookie) => expect(readCart(cookie).size).toBe(0),
  )
})

describe("addToCart", () => {
  test("adds up, stops at 99, and forgets what went to zero", () => {
    const two = addToCart(new Map(), coffee, 2)
    expect(cartTotalRupiah(cartLines(two, products))).toBe(178_000)
    expect(addToCart(two, coffee, 98).get("kopi-gayo")).toBe(99)
    expect(addToCart(two, coffee, -2).size).toBe(0)
  })
})
