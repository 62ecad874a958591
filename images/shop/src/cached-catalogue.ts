import type { Product } from "./catalogue.ts"
import type { Cache, Catalogue } from "./stores.ts"

/** A changed price is seen everywhere within this time. */
const freshSeconds = 5

/**
 * The product list from the cache, else from `source`. While neither answers,
 * the last list this task has seen: a shop window may be a little old, the
 * order is priced by the database anyway.
 */
export function cachedCatalogue(source: Catalogue, cache: Cache): Catalogue {
  let last: readonly Product[] | undefined
  return {
    list: async () => {
      const cached = await cache.get("products")
      if (cached !== undefined) {
        last = JSON.parse(cached) as Product[]
        return last
      }
      try {
        const products = await source.list()
        await cache.set("products", JSON.stringify(products), freshSeconds)
        last = products
        return products
      } catch (error) {
        if (last === undefined) throw error
        return last
      }
    },
  }
}
