import { afterAll, describe, expect, test } from "vitest"
import { createShop } from "./src/app.ts"
import { rupiah } from "./src/pages.ts"
import { settingsFrom } from "./src/settings.ts"

const { server } = createShop(settingsFrom({ RELEASE: "1.2.3" }))
afterAll(() => server.close())

const form = { "content-type": "application/x-www-form-urlencoded" }

describe("the shop", () => {
  test("shows every product with its price", async () => {
    const answer = await server.inject("/")
    expect(answer.headers["content-type"]).toMatch("text/html")
    expect(answer.body).toContain("Kopi Gayo 250 g")
    expect(answer.body).toContain(rupiah(1_250_000))
    expect(rupiah(89_000).replace(/\s/g, " ")).toBe("Rp 89.000")
  })

  test("links a stylesheet that exists and may be cached for ever", async () => {
    const page = await server.inject("/")
    const href = /href="(\/assets\/[^"]+)"/.exec(page.body)?.[1] ?? ""
    const answer = await server.inject(href)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers["cache-control"]).toContain("immutable")
  })

  test("carries the cart from a form to the cart page to an order", async () => {
    const added = await server.inject({
      method: "POST",
      url: "/cart",
      headers: form,
      payload: "productId=kopi-gayo&quantity=2",
    })
    expect(added.statusCode).toBe(303)
    const cookies = { cart: added.cookies[0]?.value ?? "" }
    expect((await server.inject({ url: "/cart", cookies })).body).toContain(rupiah(178_000))
    const order = await server.inject({ method: "POST", url: "/checkout", cookies, headers: form })
    expect(order.body).toContain(rupiah(178_000))
    expect(order.cookies[0]).toMatchObject({ name: "cart", value: "" })
  })

  test("answers the API", async () => {
    expect((await server.inject("/api/products")).json().products).toHaveLength(8)
    expect((await server.inject("/api/products/teh-melati")).json().priceRupiah).toBe(24_500)
    expect((await server.inject("/api/products/none")).statusCode).toBe(404)
    const added = await server.inject({
      method: "POST",
      url: "/api/cart",
      payload: { productId: "teh-melati", quantity: 3 },
    })
    expect(added.json().totalRupiah).toBe(73_500)
    const cookies = { cart: added.cookies[0]?.value ?? "" }
    const order = await server.inject({ method: "POST", url: "/api/checkout", cookies })
    expect(order.statusCode).toBe(201)
    expect(order.json().totalRupiah).toBe(73_500)
  })

  test("a checkout sent again because its answer was lost finds its order, though the cart is empty", async () => {
    const payload = { productId: "teh-melati", quantity: 1 }
    const added = await server.inject({ method: "POST", url: "/api/cart", payload })
    const headers = { "idempotency-key": "key-of-a-lost-answer" }
    const send = (cart: string) =>
      server.inject({ method: "POST", url: "/api/checkout", cookies: { cart }, headers })
    const first = await send(added.cookies[0]?.value ?? "")
    const again = await send("")
    expect([first.statusCode, again.statusCode]).toEqual([201, 201])
    expect(again.json()).toEqual(first.json())
    const other = { ...headers, "idempotency-key": "key-of-no-order-at-all" }
    const unknown = await server.inject({ method: "POST", url: "/api/checkout", headers: other })
    expect(unknown.statusCode).toBe(409)
  })

  test("refuses to order an empty cart and quantities out of range", async () => {
    const empty = await server.inject({ method: "POST", url: "/api/checkout" })
    expect(empty.statusCode).toBe(409)
    const payload = { productId: "teh-melati", quantity: 1000 }
    const tooMany = await server.inject({ method: "POST", url: "/api/cart", payload })
    expect(tooMany.statusCode).toBe(400)
  })

  test("says which release it is", async () => {
    expect((await server.inject("/version")).json()).toMatchObject({ release: "1.2.3" })
  })
})
