import { type Engine, EngineFailure } from "../io/engine.ts"
import type { Undo } from "./restore-sequence.ts"
import type { SwarmObject } from "./swarm-types.ts"

/**
 * What a run changes, as it was before: a Swarm config, so that a run that is
 * killed leaves the way back where the next one finds it. It holds service
 * definitions, which name secrets and never hold their values.
 */
const snapshotName = "quickcart-snapshot"

/** The snapshot that an interrupted run left behind, in the order it changed things; empty when none did. */
export async function leftSnapshot(engine: Engine): Promise<Undo[]> {
  const found = await find(engine)
  if (found === undefined) return []
  const text = Buffer.from(found.Spec.Data ?? "", "base64").toString()
  return JSON.parse(text) as Undo[]
}

/** Replaces the snapshot: its data cannot be changed. */
export async function saveSnapshot(engine: Engine, undo: Undo[]): Promise<void> {
  const Data = Buffer.from(JSON.stringify(undo)).toString("base64")
  await dropSnapshot(engine)
  try {
    await engine.post("/configs/create", { Name: snapshotName, Data })
  } catch (error) {
    // A call that was cut off is sent again, and the first may have arrived.
    const isOurs = (await find(engine))?.Spec.Data === Data
    if (!(error instanceof EngineFailure) || error.status !== 409 || !isOurs) throw error
  }
}

export async function dropSnapshot(engine: Engine): Promise<void> {
  const found = await find(engine)
  if (found === undefined) return
  try {
    await engine.remove(`/configs/${found.ID}`)
  } catch (error) {
    if (!(error instanceof EngineFailure) || error.status !== 404) throw error
  }
}

/** What was before the first of two runs is what both have to go back to. */
export function earliest(left: Undo[], planned: Undo[]): Undo[] {
  const names = new Set(left.map((one) => one.name))
  return [...left, ...planned.filter((one) => !names.has(one.name))]
}

async function find(engine: Engine): Promise<SwarmObject | undefined> {
  const configs = await engine.get<SwarmObject[]>("/configs")
  return configs.find((config) => config.Spec.Name === snapshotName)
}
