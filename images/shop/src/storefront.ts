import { createHash, randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "node:querystring"
import cookie from "@fastify/cookie"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { addToCart, type Cart, cartLines, cartTotalRupiah } from "./cart.ts"
import type { Product } from "./catalogue.ts"
import { cartPage, frontPage, thanksPage } from "./pages.ts"
import { type Order, type Stores, Unavailable } from "./stores.ts"

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

const checkout = {
  headers: {
    type: "object",
    properties: { "idempotency-key": { type: "string", minLength: 8, maxLength: 100 } },
  },
}

interface Checkout {
  Headers: { "idempotency-key"?: string }
  Body: { idempotencyKey?: string } | undefined
}

/** The pages and the API behind them: products, cart and checkout. */
export function addStorefront(shop: FastifyInstance, stores: Stores, imagesBaseUrl?: string): void {
  shop.register(cookie)
  shop.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    async (_: FastifyRequest, body: string | Buffer) => ({ ...parse(body.toString()) }),
  )
  const visits = visitsOf(stores)
  addAssets(shop)
  addPages(shop, stores, visits, imagesBaseUrl)
  addApi(shop, stores, visits)
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

function addPages(
  shop: FastifyInstance,
  { catalogue, carts }: Stores,
  visits: Visits,
  imagesBaseUrl: string | undefined,
): void {
  shop.get("/", async (request, reply) => {
    const [products, cart] = await Promise.all([catalogue.list(), visits.glance(request)])
    return html(reply, frontPage(products, cart, stylesheet, imagesBaseUrl))
  })
  shop.get("/cart", async (request, reply) => {
    const [products, cart] = await Promise.all([catalogue.list(), carts.read(request.cookies.cart)])
    return html(reply, cartPage(cart, cartLines(cart, products), stylesheet, randomUUID()))
  })
  shop.post<{ Body: CartChange }>("/cart", { schema: cartChange }, async (request, reply) => {
    await visits.change(request, reply, request.body)
    return reply.redirect("/cart", 303)
  })
  shop.post<Checkout>("/checkout", { schema: checkout }, async (request, reply) => {
    const order = await visits.order(request, reply)
    if (order === undefined) return reply.redirect("/cart", 303)
    return html(reply, thanksPage(order.orderId, order.totalRupiah, stylesheet))
  })
}

function addApi(shop: FastifyInstance, { catalogue, carts }: Stores, visits: Visits): void {
  const answer = async (cart: Cart) => cartAnswer(cart, await catalogue.list())
  shop.get("/api/products", async (_, reply) =>
    reply
      .header("cache-control", "public, s-maxage=30, stale-while-revalidate=60")
      .send({ products: await catalogue.list() }),
  )
  shop.get<{ Params: { id: string } }>("/api/products/:id", async (request, reply) => {
    const { id } = request.params
    const product = (await catalogue.list()).find((candidate) => candidate.id === id)
    return product ?? reply.code(404).send({ error: `no product "${id}"` })
  })
  shop.get("/api/cart", async (request) => answer(await carts.read(request.cookies.cart)))
  shop.post<{ Body: CartChange }>("/api/cart", { schema: cartChange }, async (request, reply) => {
    const cart = await visits.change(request, reply, request.body)
    if (cart === undefined) {
      return reply.code(404).send({ error: `no product "${request.body.productId}"` })
    }
    return answer(cart)
  })
  shop.post<Checkout>("/api/checkout", { schema: checkout }, async (request, reply) => {
    const order = await visits.order(request, reply)
    if (order === undefined) return reply.code(409).send({ error: "the cart is empty" })
    return reply.code(201).send(order)
  })
}

/** What a request does with its visitor's cart. */
interface Visits {
  /** The cart, or an empty one while carts are away: the shop window stays open. */
  glance(request: FastifyRequest): Promise<Cart>
  /** The changed cart; undefined when there is no such product. */
  change(
    request: FastifyRequest,
    reply: FastifyReply,
    change: CartChange,
  ): Promise<Cart | undefined>
  /** The order of what is in the cart; undefined when it is empty. */
  order(request: FastifyRequest<Checkout>, reply: FastifyReply): Promise<Order | undefined>
}

function visitsOf({ catalogue, carts, orders }: Stores): Visits {
  const keep = async (request: FastifyRequest, reply: FastifyReply, cart: Cart) => {
    const value = await carts.keep(request.cookies.cart, cart)
    const maxAge = cart.size === 0 ? 0 : 86_400
    reply.setCookie("cart", value, { path: "/", httpOnly: true, sameSite: "lax", maxAge })
  }
  return {
    glance: (request) =>
      carts.read(request.cookies.cart).catch((error: unknown) => {
        if (error instanceof Unavailable) return new Map<string, number>()
        throw error
      }),
    change: async (request, reply, { productId, quantity }) => {
      const [products, cart] = await Promise.all([
        catalogue.list(),
        carts.read(request.cookies.cart),
      ])
      const product = products.find(({ id }) => id === productId)
      if (product === undefined) return undefined
      const changed = addToCart(cart, product, quantity)
      await keep(request, reply, changed)
      return changed
    },
    order: async (request, reply) => {
      const cart = await carts.read(request.cookies.cart)
      const key = request.headers["idempotency-key"] ?? request.body?.idempotencyKey
      // Sent again because the answer was lost: the order stands, and has emptied the cart.
      if (cart.size === 0) return key === undefined ? undefined : orders.find(key)
      const idempotencyKey = key ?? randomUUID()
      const lines = [...cart].map(([productId, quantity]) => ({ productId, quantity }))
      const order = await orders.place({ idempotencyKey, lines })
      // The order stands; a cart that could not be emptied must not make it look failed.
      await keep(request, reply, new Map()).catch((error: unknown) => request.log.warn(error))
      return order
    },
  }
}

function cartAnswer(cart: Cart, products: readonly Product[]) {
  const priced = cartLines(cart, products)
  const lines = priced.map(({ product, quantity, totalRupiah }) => ({
    productId: product.id,
    quantity,
    totalRupiah,
  }))
  return { lines, totalRupiah: cartTotalRupiah(priced) }
}

function html(reply: FastifyReply, text: string): FastifyReply {
  return reply.header("cache-control", "no-store").type("text/html; charset=utf-8").send(text)
}
