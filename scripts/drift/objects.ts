import { createHash } from "node:crypto"
import type { DesiredConfig } from "../deploy/desired.ts"
import type { SwarmObject } from "../deploy/swarm-types.ts"
import type { Difference } from "./difference.ts"

/**
 * Compares configs. Swarm never changes a config's data, but somebody can
 * remove one that is not mounted and create another under the same name.
 */
export function configDifferences(wanted: DesiredConfig[], live: SwarmObject[]): Difference[] {
  const found = new Map(live.map((config) => [config.Spec.Name, config]))
  return wanted.flatMap(({ name, data }): Difference[] => {
    const config = found.get(name)
    const base = { kind: "drift", object: "config", name } as const
    const sum = sha256(Buffer.from(data))
    if (config === undefined) return [{ ...base, field: "", wanted: `sha256 ${sum}`, live: null }]
    const liveSum = sha256(Buffer.from(config.Spec.Data ?? "", "base64"))
    if (liveSum === sum) return []
    return [
      {
        ...base,
        field: "Data",
        wanted: `sha256 ${sum}`,
        live: `sha256 ${liveSum}`,
        recorded: `created ${config.CreatedAt}`,
      },
    ]
  })
}

/** Secrets can be compared by name only: Swarm gives no data back. */
export function secretDifferences(wanted: { name: string }[], live: SwarmObject[]): Difference[] {
  const found = new Set(live.map((secret) => secret.Spec.Name))
  return wanted
    .filter(({ name }) => !found.has(name))
    .map(({ name }) => ({
      kind: "pending",
      object: "secret",
      name,
      field: "",
      wanted: "pushed",
      live: null,
    }))
}

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex").slice(0, 12)
}
