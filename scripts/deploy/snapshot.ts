import { type Engine, EngineFailure } from "../io/engine.ts"
import type { Undo } from "./restore-sequence.ts"
import type { SwarmObject } from "./swarm-types.ts"

/**
 * What a run changes, as it was before: a Swarm config, so that a run that is
 * killed leaves the way back where the next one finds it. It holds service
 * definitions, which name secrets and never hold their values. A number follows: data cannot be
 * changed, and the next one is there before the last one goes.
 */
const snapshotName = "quickcart-snapshot"

/** The snapshot that an interrupted run left behind, in the order it changed things; empty when none did. */
export async function leftSnapshot(engine: Engine): Promise<Undo[]> {
  const newest = (await snapshots(engine)).at(-1)
  if (newest === undefined) return []
  return JSON.parse(Buffer.from(newest.Spec.Data ?? "", "base64").toString()) as Undo[]
}

/** Replaces the snapshot; whoever is killed meanwhile leaves one of the two, or both. */
export async function saveSnapshot(engine: Engine, undo: Undo[]): Promise<void> {
  const Data = Buffer.from(JSON.stringify(undo)).toString("base64")
  const before = await snapshots(engine)
  const newest = before.at(-1)
  const Name = `${snapshotName}-${newest === undefined ? 1 : numberOf(newest) + 1}`
  try {
    await engine.post("/configs/create", { Name, Data })
  } catch (error) {
    // A call that was cut off is sent again, and the first may have arrived.
    const isOurs = (await snapshots(engine)).at(-1)?.Spec.Data === Data
    if (!(error instanceof EngineFailure) || error.status !== 409 || !isOurs) throw error
  }
  await remove(engine, before)
}

export async function dropSnapshot(engine: Engine): Promise<void> {
  await remove(engine, await snapshots(engine))
}

async function remove(engine: Engine, configs: SwarmObject[]): Promise<void> {
  for (const { ID } of configs) {
    try {
      await engine.remove(`/configs/${ID}`)
    } catch (error) {
      if (!(error instanceof EngineFailure) || error.status !== 404) throw error
    }
  }
}

/** What was before the first of two runs is what both have to go back to. */
export function earliest(left: Undo[], planned: Undo[]): Undo[] {
  const names = new Set(left.map((one) => one.name))
  return [...left, ...planned.filter((one) => !names.has(one.name))]
}

/** The oldest first. */
async function snapshots(engine: Engine): Promise<SwarmObject[]> {
  const configs = await engine.get<SwarmObject[]>("/configs")
  return configs
    .filter(({ Spec }) => Spec.Name.startsWith(snapshotName))
    .toSorted((a, b) => numberOf(a) - numberOf(b))
}

/** Older versions wrote one without a number. */
function numberOf({ Spec }: SwarmObject): number {
  return Number(Spec.Name.slice(snapshotName.length + 1))
}
