import { expect, test } from "vitest"
import { type Purchase, purchaseSummary } from "./purchases.ts"

const purchase = (key: string, orderId: string | null, order = {}): Purchase => ({
  key,
  startMs: 0,
  cartMs: 5,
  orderMs: 20,
  orderId,
  failures: { cart: {}, order },
})
const kept = (key: string, id = `order of ${key}`, lines = 1) => ({ id, key, lines })

test("what buyers were told is held against what was kept", () => {
  const purchases = [
    purchase("a", "order of a"),
    purchase("b", "order of b", { "HTTP 503": 2 }),
    purchase("c", null, { "HTTP 503": 3, ECONNRESET: 1 }),
  ]
  expect(purchaseSummary(purchases, [kept("a"), kept("b")])).toEqual({
    buyers: 3,
    gaveUp: 1,
    lost: [],
    doubled: [],
    empty: [],
    sentAgain: { "HTTP 503": 5, ECONNRESET: 1 },
    longestOrderMs: 20,
  })
})

test("an order that is not there is lost, one that is there twice or otherwise is doubled", () => {
  const purchases = ["a", "b", "c", "d"].map((key) => purchase(key, `order of ${key}`))
  const there = [kept("b"), kept("b", "again"), kept("c", "another"), kept("d", "order of d", 0)]
  expect(purchaseSummary(purchases, there)).toMatchObject({
    gaveUp: 0,
    lost: ["a"],
    doubled: ["b", "c"],
    empty: ["d"],
  })
})

test("an order whose buyer never heard of it is no fault", () => {
  expect(purchaseSummary([purchase("a", null)], [kept("a")])).toMatchObject({
    lost: [],
    doubled: [],
  })
})
