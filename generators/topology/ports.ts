import type { Flow } from "../core/fleet.ts"
import { kebabRole } from "../core/roles.ts"

/** Several flows that differ only in who talks to whom. */
export interface PortRow {
  from: string[]
  to: string[]
  protocol: Flow["protocol"]
  port: number | null
  service: string
}

/**
 * The flows as few rows as possible: every sender of a row may reach every
 * receiver of the row, and nothing else is allowed.
 */
export function portRows(flows: Flow[]): PortRow[] {
  const byReceiver = merge(
    flows.map((flow) => ({ ...flow, from: [label(flow.from)], to: [label(flow.to)] })),
    (row) => row.to,
  )
  return merge(byReceiver, (row) => row.from)
}

/** Joins rows that are equal in service and in what `same` returns. */
function merge(rows: PortRow[], same: (row: PortRow) => string[]): PortRow[] {
  const merged = new Map<string, PortRow>()
  for (const row of rows) {
    const key = JSON.stringify([row.protocol, row.port, row.service, same(row)])
    const known = merged.get(key)
    if (known === undefined) merged.set(key, row)
    else {
      merged.set(key, {
        ...row,
        from: [...new Set([...known.from, ...row.from])].sort(),
        to: [...new Set([...known.to, ...row.to])].sort(),
      })
    }
  }
  return [...merged.values()]
}

function label(end: Flow["from"] | Flow["to"]): string {
  return end === "internet" || end === "vip" ? end : kebabRole(end)
}
