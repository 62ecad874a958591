import { createHash, randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "node:querystring"
import cookie from "@fastify/cookie"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { addToCart, type Cart, cartLines, cartTotalRupiah, readCart, writeCart } from "./cart.ts"
import { findProduct, products } from "./catalogue.ts"
import { cartPage, frontPage, thanksPage } from "./pages.ts"

const css = readFileSync(join(import.meta.dirname, "shop.css"), "utf8")
const cssHash = createHash("sha256").update(css).digest("hex").slice(0, 12)
const stylesheet = `/assets/shop.${cssHash}.css`

/** Form posts carry text, JSON carries numbers: Fastify converts both to this. */
interface CartChange {
  productId: string
  quantity: number
}

const cartChange = {
  body: {
    type: "object",
    required: ["productId"],
    properties: {
      productId: { type: "string" },
      quantity: { type: "integer", minimum: -99, maximum: 99, default: 1 },
    },
  },
}

/** The pages and the API behind them: products, cart and checkout. */
export function addStorefront(shop: FastifyInstance): void {
  shop.register(cookie)
  shop.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    async (_: FastifyRequest, body: string | Buffer) => ({ ...parse(body.toString()) }),
  )
  addAssets(shop)
  addPages(shop)
  addApi(shop)
}

function addAssets(shop: FastifyInstance): void {
  // Its name changes with its content, so caches may keep it for ever.
  shop.get(stylesheet, async (_, reply) =>
    reply
      .header("cache-control", "public, max-age=31536000, immutable")
      .type("text/css; charset=utf-8")
      .send(css),
  )
}

function addPages(shop: FastifyInstance): void {
  shop.get("/", async (request, reply) => html(reply, frontPage(cartOf(request), stylesheet)))
  shop.get("/cart", async (request, reply) => html(reply, cartPage(cartOf(request), stylesheet)))
  shop.post<{ Body: CartChange }>("/cart", { schema: cartChange }, async (request, reply) => {
    const cart = changedCart(request, request.body)
    if (cart !== undefined) keepCart(reply, cart)
    return reply.redirect("/cart", 303)
  })
  shop.post("/checkout", async (request, reply) => {
    const order = takeOrder(cartOf(request))
    if (order === undefined) return reply.redirect("/cart", 303)
    keepCart(reply, new Map())
    return html(reply, thanksPage(order.orderId, order.totalRupiah, stylesheet))
  })
}

function addApi(shop: FastifyInstance): void {
  shop.get("/api/products", async (_, reply) =>
    reply
      .header("cache-control", "public, s-maxage=30, stale-while-revalidate=60")
      .send({ products }),
  )
  shop.get<{ Params: { id: string } }>("/api/products/:id", async (request, reply) => {
    const product = findProduct(request.params.id)
    return product ?? reply.code(404).send({ error: `no product "${request.params.id}"` })
  })
  shop.get("/api/cart", async (request) => cartAnswer(cartOf(request)))
  shop.post<{ Body: CartChange }>("/api/cart", { schema: cartChange }, async (request, reply) => {
    const cart = changedCart(request, request.body)
    if (cart === undefined) {
      return reply.code(404).send({ error: `no product "${request.body.productId}"` })
    }
    return keepCart(reply, cart).send(cartAnswer(cart))
  })
  shop.post("/api/checkout", async (request, reply) => {
    const order = takeOrder(cartOf(request))
    if (order === undefined) return reply.code(409).send({ error: "the cart is empty" })
    return keepCart(reply, new Map()).code(201).send(order)
  })
}

function cartOf(request: FastifyRequest): Cart {
  return readCart(request.cookies.cart)
}

function changedCart(request: FastifyRequest, change: CartChange): Cart | undefined {
  const product = findProduct(change.productId)
  return product === undefined ? undefined : addToCart(cartOf(request), product, change.quantity)
}

function keepCart(reply: FastifyReply, cart: Cart): FastifyReply {
  return reply.setCookie("cart", writeCart(cart), {
    path: "/",
    httpOnly: true,
    sameSite: "lax",
    maxAge: cart.size === 0 ? 0 : 86_400,
  })
}

function takeOrder(cart: Cart): { orderId: string; totalRupiah: number } | undefined {
  if (cart.size === 0) return undefined
  return { orderId: randomUUID(), totalRupiah: cartTotalRupiah(cart) }
}

function cartAnswer(cart: Cart) {
  const lines = cartLines(cart).map(({ product, quantity, totalRupiah }) => ({
    productId: product.id,
    quantity,
    totalRupiah,
  }))
  return { lines, totalRupiah: cartTotalRupiah(cart) }
}

function html(reply: FastifyReply, text: string): FastifyReply {
  return reply.header("cache-control", "no-store").type("text/html; charset=utf-8").send(text)
}
