import { monthlyPrice, priceTable } from "../prices/price-table.ts"
import type { Cost, CostRow, PlanHost } from "./model.ts"

/**
 * What the hosts cost a month before and after, by role and size. A total is
 * null as soon as one of its hosts has no known price.
 */
export function cost(provider: string, before: PlanHost[], after: PlanHost[]): Cost {
  const groups = Map.groupBy([...before, ...after], ({ role, size }) => `${role} ${size}`)
  const rows = [...groups.values()].map((hosts): CostRow => {
    const { role = "", size = null } = hosts[0] ?? {}
    const same = (host: PlanHost) => host.role === role && host.size === size
    return {
      role,
      size,
      price: monthlyPrice(provider, size),
      countBefore: before.filter(same).length,
      countAfter: after.filter(same).length,
    }
  })
  const table = priceTable(provider)
  return {
    currency: table?.currency ?? "USD",
    asOf: table?.asOf ?? "",
    source: table?.source ?? "",
    rows,
    before: total(rows, "countBefore"),
    after: total(rows, "countAfter"),
  }
}

function total(rows: CostRow[], count: "countBefore" | "countAfter"): number | null {
  let sum = 0
  for (const row of rows) {
    if (row[count] === 0) continue
    if (row.price === null) return null
    sum += row.price * row[count]
  }
  return Math.round(sum * 100) / 100
}
