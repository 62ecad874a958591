import { nowMs } from "../io/clock.ts"
import { type Engine, EngineFailure } from "../io/engine.ts"
import { Failure } from "../io/failure.ts"
import { updateSpec } from "../io/update-spec.ts"
import type { SwarmObject } from "./swarm-types.ts"

const lockName = "quickcart-lock"
/** A lock that nobody renewed for this long belonged to a run that died. */
const expirySeconds = 60
const renewSeconds = 15

export interface LockHolder {
  owner: string
  commit: string
}

interface Lock extends SwarmObject {
  Version: { Index: number }
}

/**
 * Takes the deploy lock: a Swarm config, because creating one by name is
 * atomic across managers. Throws a Failure that says who holds it. The lock is
 * renewed while it is held, so that a run that died blocks nobody for longer
 * than a minute. Returns the function that releases it.
 */
export async function takeLock(engine: Engine, holder: LockHolder): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const { ID } = await engine.post<{ ID: string }>("/configs/create", {
        Name: lockName,
        Data: Buffer.from("lock").toString("base64"),
        Labels: labels(holder),
      })
      const renewal = setInterval(() => void renew(engine, ID, holder), renewSeconds * 1000)
      return async () => {
        clearInterval(renewal)
        await engine.remove(`/configs/${ID}`).catch(() => undefined)
      }
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

function labels({ owner, commit }: LockHolder) {
  return { owner, commit, expires: String(nowMs() + expirySeconds * 1000) }
}

/** A renewal that fails is not an error yet: the next one may pass before the lock expires. */
async function renew(engine: Engine, id: string, holder: LockHolder): Promise<void> {
  try {
    await updateSpec<Lock>(engine, `/configs/${id}`, ({ Spec }) => ({
      ...Spec,
      Labels: labels(holder),
    }))
  } catch {}
}

async function currentLock(engine: Engine): Promise<Lock | undefined> {
  const configs = await engine.get<Lock[]>("/configs")
  return configs.find((config) => config.Spec.Name === lockName)
}

async function removeExpired(engine: Engine): Promise<void> {
  const lock = await currentLock(engine)
  if (lock === undefined) return
  const { owner, commit, expires } = lock.Spec.Labels ?? {}
  const left = Math.ceil((Number(expires) - nowMs()) / 1000)
  if (left > 0) {
    throw new Failure(
      `another apply is running: ${owner} at commit ${commit?.slice(0, 12)}, since ${lock.CreatedAt}. Wait until it ends; if it died, its lock goes in ${left} s, or at once with --break-lock.`,
    )
  }
  await engine.remove(`/configs/${lock.ID}`)
}
