import type { Cart } from "./cart.ts"
import type { Product } from "./catalogue.ts"

/** The products on sale. */
export interface Catalogue {
  list(): Promise<readonly Product[]>
}

export interface OrderRequest {
  /** Chosen by the client: the same key is the same order, however often it is sent. */
  idempotencyKey: string
  lines: { productId: string; quantity: number }[]
}

export interface Order {
  orderId: string
  totalRupiah: number
}

/** Where orders are taken. */
export interface Orders {
  /** Resolves when the order is durable. Throws Unavailable when it cannot be for now. */
  place(request: OrderRequest): Promise<Order>
  /** The order that was placed with this key, if any. Throws Unavailable. */
  find(idempotencyKey: string): Promise<Order | undefined>
}

/** Where carts are between two requests; a visitor holds a cookie. */
export interface Carts {
  /** The cart a cookie stands for; empty for a cookie that is unknown. Throws Unavailable. */
  read(cookie: string | undefined): Promise<Cart>
  /** Keeps the cart and returns the cookie that stands for it. Throws Unavailable. */
  keep(cookie: string | undefined, cart: Cart): Promise<string>
}

/** Short-lived copies of answers; never fails, at worst it has nothing. */
export interface Cache {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string, seconds: number): Promise<void>
}

/** Something the shop depends on, as a probe sees it. */
export interface Dependency {
  name: string
  /** Throws when it does not answer. */
  probe(): Promise<void>
  /** Whether an error means that this task's own way to it is broken, not the thing itself. */
  isLocal(error: unknown): boolean
}

export interface Stores {
  catalogue: Catalogue
  orders: Orders
  carts: Carts
  dependencies: Dependency[]
  close(): Promise<void>
}

/** A dependency is away for now: the answer is 503, and trying again helps. */
export class Unavailable extends Error {
  readonly statusCode = 503
}
