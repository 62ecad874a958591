import type { Pool } from "pg"
import type { Product } from "./catalogue.ts"
import { isTransient } from "./database.ts"
import { type Patience, retrying, within } from "./retry.ts"
import type { Catalogue } from "./stores.ts"

/** A visitor who looks around waits less long than one who buys. */
const patience: Patience = { deadlineMs: 2000, firstPauseMs: 50 }

const listProducts = `
select id, name, origin, price_rupiah as "priceRupiah", emblem from products order by position`

/** Products from a replica, in the order they were added. */
export function postgresCatalogue(read: Pick<Pool, "query">): Catalogue {
  return {
    list: async () => {
      const { rows } = await retrying(
        (leftMs) => within(leftMs, read.query(listProducts)),
        isTransient,
        patience,
      )
      return rows.map((row): Product => ({ ...row, priceRupiah: Number(row.priceRupiah) }))
    },
  }
}
