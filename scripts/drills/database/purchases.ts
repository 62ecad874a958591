/** What one buyer went through; see `buyers.js`. */
export interface Purchase {
  /** Idempotency key of the order. */
  key: string
  startMs: number
  /** Until the cart was filled. */
  cartMs: number
  /** From then until the order was acknowledged, or given up. */
  orderMs: number
  /** As the shop acknowledged it; null when the buyer gave up. */
  orderId: string | null
  /** Answers that were not the one wanted, by what they were. */
  failures: { cart: Record<string, number>; order: Record<string, number> }
}

/** An order as the database holds it. */
export interface KeptOrder {
  id: string
  key: string
  lines: number
}

export interface PurchaseSummary {
  buyers: number
  /** Buyers who never got an order, for as long as they tried. */
  gaveUp: number
  /** Acknowledged orders that the database does not hold. */
  lost: string[]
  /** Keys that have more than one order, or another than the one acknowledged. */
  doubled: string[]
  /** Orders without what was bought. */
  empty: string[]
  /** Answers to an order that the buyer had to send again, by what they were. */
  sentAgain: Record<string, number>
  /** Longest that a buyer waited for the order's acknowledgement. */
  longestOrderMs: number
}

/** Holds what buyers were told against what the database kept. */
export function purchaseSummary(
  purchases: readonly Purchase[],
  kept: readonly KeptOrder[],
): PurchaseSummary {
  const byKey = new Map<string, KeptOrder[]>()
  for (const order of kept) byKey.set(order.key, [...(byKey.get(order.key) ?? []), order])
  const told = purchases.filter(({ orderId }) => orderId !== null)
  const of = (key: string) => byKey.get(key) ?? []
  const sentAgain: Record<string, number> = {}
  for (const { failures } of purchases) {
    for (const [what, count] of Object.entries(failures.order)) {
      sentAgain[what] = (sentAgain[what] ?? 0) + count
    }
  }
  const isOther = ({ key, orderId }: Purchase) =>
    orderId !== null && of(key).some(({ id }) => id !== orderId)
  return {
    buyers: purchases.length,
    gaveUp: purchases.length - told.length,
    lost: told.filter(({ key }) => of(key).length === 0).map(({ key }) => key),
    doubled: purchases.filter((one) => of(one.key).length > 1 || isOther(one)).map((p) => p.key),
    empty: kept.filter(({ lines }) => lines === 0).map(({ key }) => key),
    sentAgain,
    longestOrderMs: Math.max(0, ...purchases.map(({ orderMs }) => orderMs)),
  }
}
