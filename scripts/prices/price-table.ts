import digitalocean from "./digitalocean.json" with { type: "json" }
import hetzner from "./hetzner.json" with { type: "json" }
import linode from "./linode.json" with { type: "json" }

/** What a provider's sizes cost, as of a day. List prices: what is billed may differ. */
export interface PriceTable {
  provider: string
  /** ISO 4217. */
  currency: string
  /** Day the prices are of, `YYYY-MM-DD`. */
  asOf: string
  /** Where they were read, or that they were not; every plan shows it. */
  source: string
  note: string
  /** Price of one host a month, by the provider's size name. */
  monthly: Record<string, number>
}

const tables: PriceTable[] = [digitalocean, hetzner, linode]

/** The provider's price table; undefined for the box, whose hosts cost nothing. */
export function priceTable(provider: string): PriceTable | undefined {
  return tables.find((table) => table.provider === provider)
}

/**
 * Price of one host a month in the provider's currency: 0 in the box, null
 * (never a guess) for a size that the table does not list.
 */
export function monthlyPrice(provider: string, size: string | null): number | null {
  if (provider === "box") return 0
  const table = priceTable(provider)
  if (table === undefined || size === null) return null
  return Object.hasOwn(table.monthly, size) ? (table.monthly[size] ?? null) : null
}
