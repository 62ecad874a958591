import { randomUUID } from "node:crypto"
import type { Pool } from "pg"
import { isTransient } from "./database.ts"
import { type Patience, retrying, within } from "./retry.ts"
import type { Order, OrderRequest, Orders } from "./stores.ts"

/**
 * Longer than a planned switchover, and with the cart's two commands (1 s each) below the
 * load balancer's 15 s: who waits longer, while a failover holds queries for up to a
 * minute, hears 503 and Retry-After from the shop and sends the order again with its key.
 */
export const orderPatience: Patience = { deadlineMs: 12_000, firstPauseMs: 50 }

/**
 * One statement, so one round trip and all or nothing: the order with its lines at
 * the prices of the moment, unless its key is known already.
 */
const placeOrder = `
with wanted as (
  select product.id, line.quantity, product.price_rupiah
  from unnest($3::text[], $4::int[]) as line(product_id, quantity)
  join products product on product.id = line.product_id
), placed as (
  insert into orders (id, idempotency_key, total_rupiah)
  select $1, $2, sum(quantity * price_rupiah) from wanted having count(*) > 0
  on conflict (idempotency_key) do nothing
  returning id, total_rupiah
), lines as (
  insert into order_lines (order_id, product_id, quantity, price_rupiah)
  select placed.id, wanted.id, wanted.quantity, wanted.price_rupiah from placed, wanted
)
select id, total_rupiah from placed`

const findOrder = "select id, total_rupiah from orders where idempotency_key = $1"

/**
 * Orders in PostgreSQL. A try whose fate is unknown, because the connection broke, is
 * repeated with the same key: it finds its own order or places it. A try is not waited
 * for beyond the deadline; what it does after that, the next request with its key finds.
 */
export function postgresOrders(write: Pick<Pool, "query">, wait: Patience = orderPatience): Orders {
  const find = async (idempotencyKey: string) => {
    const { rows } = await write.query(findOrder, [idempotencyKey])
    return rows[0] === undefined ? undefined : orderOf(rows[0])
  }
  const place = async ({ idempotencyKey, lines }: OrderRequest) => {
    const placed = await write.query(placeOrder, [
      randomUUID(),
      idempotencyKey,
      lines.map((line) => line.productId),
      lines.map((line) => line.quantity),
    ])
    const order =
      placed.rows[0] === undefined ? await find(idempotencyKey) : orderOf(placed.rows[0])
    if (order === undefined) throw new Error("an order without products on sale")
    return order
  }
  const patiently = <Result>(work: () => Promise<Result>) =>
    retrying((leftMs) => within(leftMs, work()), isTransient, wait)
  return {
    find: (idempotencyKey) => patiently(() => find(idempotencyKey)),
    place: (request) => patiently(() => place(request)),
  }
}

function orderOf(row: { id: string; total_rupiah: string }): Order {
  return { orderId: row.id, totalRupiah: Number(row.total_rupiah) }
}
