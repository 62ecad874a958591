import { randomUUID } from "node:crypto"
import { type Engine, EngineFailure } from "../io/engine.ts"
import { Failure } from "../io/failure.ts"
import { onInterrupt } from "../io/interrupt.ts"
import { hasDied, thisRun } from "../io/process.ts"
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

/** The deploy lock while this process holds it. */
export interface HeldLock {
  /** Throws a LockLost when somebody else has taken it away. */
  check(): Promise<void>
  release(): Promise<void>
}

/** Somebody broke the lock: another run may be changing the fleet, so this one must not. */
export class LockLost extends Failure {}

interface Lock extends SwarmObject {
  Version: { Index: number }
  UpdatedAt: string
}

/**
 * Takes the deploy lock: a Swarm config, because creating one by name is
 * atomic across managers. Throws a Failure that says who holds it. The lock is
 * renewed while it is held, so that a run that died blocks nobody for longer
 * than a minute, and at once when it died on this machine. An interrupt
 * releases it.
 */
export async function takeLock(engine: Engine, holder: LockHolder): Promise<HeldLock> {
  const content = randomUUID()
  for (;;) {
    try {
      const { ID } = await engine.post<{ ID: string }>("/configs/create", {
        Name: lockName,
        Data: Buffer.from(content).toString("base64"),
        Labels: labels(holder),
      })
      return held(engine, ID, holder)
    } catch (error) {
      if (!(error instanceof EngineFailure) || error.status !== 409) throw error
      // A call that was cut off is sent again, and the first may have arrived.
      const lock = await currentLock(engine)
      const isOurs = Buffer.from(lock?.Spec.Data ?? "", "base64").toString() === content
      if (lock !== undefined && isOurs) return held(engine, lock.ID, holder)
      await removeDead(engine)
    }
  }
}

/** Removes the lock whoever holds it; for a person who knows that the holder is gone. */
export async function breakLock(engine: Engine): Promise<boolean> {
  const lock = await currentLock(engine)
  if (lock === undefined) return false
  await remove(engine, lock.ID)
  return true
}

function held(engine: Engine, id: string, holder: LockHolder): HeldLock {
  const renewal = setInterval(() => void renew(engine, id, holder), renewSeconds * 1000)
  const release = async () => {
    clearInterval(renewal)
    forget()
    await remove(engine, id).catch(() => undefined)
  }
  const forget = onInterrupt(release)
  return {
    release,
    check: async () => {
      const lock = await currentLock(engine)
      if (lock?.ID === id) return
      throw new LockLost(
        `the deploy lock is gone${lock === undefined ? "" : `: ${lock.Spec.Labels?.owner} holds it now`}. Nothing more is changed. When the other run has ended, apply again.`,
      )
    },
  }
}

function labels({ owner, commit }: LockHolder) {
  return { owner, commit, ...thisRun(), renewals: String(counter++) }
}

/** Makes every renewal a change, so that Swarm records its time. */
let counter = 0

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

/** Both times are the manager's own: no two machines' clocks are compared. */
async function removeDead(engine: Engine): Promise<void> {
  const [lock, { SystemTime }] = await Promise.all([
    currentLock(engine),
    engine.get<{ SystemTime: string }>("/info"),
  ])
  if (lock === undefined) return
  const { owner, commit, ...run } = lock.Spec.Labels ?? {}
  const silentSeconds = (Date.parse(SystemTime) - Date.parse(lock.UpdatedAt)) / 1000
  const left = Math.ceil(expirySeconds - silentSeconds)
  if (left > 0 && !hasDied(run)) {
    throw new Failure(
      `another apply is running: ${owner} at commit ${commit?.slice(0, 12)}, since ${lock.CreatedAt}. Wait until it ends; if it died, its lock goes in ${left} s, or at once with --break-lock.`,
    )
  }
  await remove(engine, lock.ID)
}

/** Two runs may see the same dead lock; the second finds it gone. */
async function remove(engine: Engine, id: string): Promise<void> {
  try {
    await engine.remove(`/configs/${id}`)
  } catch (error) {
    if (!(error instanceof EngineFailure) || error.status !== 404) throw error
  }
}
