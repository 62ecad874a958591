import { nowMs } from "../io/clock.ts"
import { type Engine, EngineFailure } from "../io/engine.ts"
import { Failure } from "../io/failure.ts"
import type { SwarmObject } from "./swarm-types.ts"

const lockName = "quickcart-lock"
const expirySeconds = 30 * 60

export interface LockHolder {
  owner: string
  commit: string
}

/**
 * Takes the deploy lock: a Swarm config, because creating one by name is
 * atomic across managers. Throws a Failure that says who holds it. A lock past
 * its expiry belonged to a run that died and is taken over.
 */
export async function takeLock(engine: Engine, holder: LockHolder): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const created = await engine.post<{ ID: string }>("/configs/create", {
        Name: lockName,
        Data: Buffer.from("lock").toString("base64"),
        Labels: {
          owner: holder.owner,
          commit: holder.commit,
          expires: String(nowMs() + expirySeconds * 1000),
        },
      })
      return () => engine.remove(`/configs/${created.ID}`).catch(() => undefined)
    } catch (error) {
      if (!(error instanceof EngineFailure) || error.status !== 409) throw error
      await removeExpired(engine)
    }
  }
}

/** Removes the lock whoever holds it; for a person who knows that the holder is gone. */
export async function breakLock(engine: Engine): Promise<boolean> {
  const lock = await currentLock(engine)
  if (lock === undefined) return false
  await engine.remove(`/configs/${lock.ID}`)
  return true
}

async function currentLock(engine: Engine): Promise<SwarmObject | undefined> {
  const configs = await engine.get<SwarmObject[]>("/configs")
  return configs.find((config) => config.Spec.Name === lockName)
}

async function removeExpired(engine: Engine): Promise<void> {
  const lock = await currentLock(engine)
  if (lock === undefined) return
  const labels = lock.Spec.Labels ?? {}
  const expires = Number(labels.expires)
  if (expires > nowMs()) {
    throw new Failure(
      `another apply is running: ${labels.owner} at commit ${labels.commit?.slice(0, 12)}, since ${lock.CreatedAt}. Its lock expires at ${new Date(expires).toISOString()}. If that run is dead: npx quickcart apply <env> --break-lock`,
    )
  }
  await engine.remove(`/configs/${lock.ID}`)
}
