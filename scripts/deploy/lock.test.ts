import { spawnSync } from "node:child_process"
import { afterEach, expect, test } from "vitest"
import { type Engine, EngineFailure } from "../io/engine.ts"
import { thisRun } from "../io/process.ts"
import { breakLock, type HeldLock, LockLost, takeLock } from "./lock.ts"

interface Config {
  ID: string
  Version: { Index: number }
  CreatedAt: string
  UpdatedAt: string
  Spec: { Name: string; Labels: Record<string, string> }
}

const now = "2026-06-01T12:00:00Z"
const held: HeldLock[] = []
afterEach(async () => {
  for (const lock of held.splice(0)) await lock.release()
})

/** As much of a Swarm as holds configs, with a clock of its own. */
function swarm(configs: Config[] = []) {
  let next = 1
  const engine = {
    get: async (path: string) => (path === "/info" ? { SystemTime: now } : [...configs]),
    post: async (path: string, Spec: Config["Spec"]) => {
      if (configs.some((one) => one.Spec.Name === Spec.Name)) {
        throw new EngineFailure("POST", path, 409, "exists")
      }
      const ID = `id-${next++}`
      configs.push({ ID, Version: { Index: 1 }, CreatedAt: now, UpdatedAt: now, Spec })
      return { ID }
    },
    remove: async (path: string) => {
      const at = configs.findIndex((one) => path === `/configs/${one.ID}`)
      if (at < 0) throw new EngineFailure("DELETE", path, 404, "gone")
      configs.splice(at, 1)
    },
  } as unknown as Engine
  return { engine, configs }
}

const foreign = (UpdatedAt: string, labels: Record<string, string> = {}): Config => ({
  ID: "old",
  Version: { Index: 1 },
  CreatedAt: UpdatedAt,
  UpdatedAt,
  Spec: { Name: "quickcart-lock", Labels: { owner: "Ada", commit: "c0ffee", ...labels } },
})

async function take(engine: Engine): Promise<HeldLock> {
  const lock = await takeLock(engine, { owner: "Bob", commit: "abc" })
  held.push(lock)
  return lock
}

test("a lock that is renewed refuses the second, with who holds it and for how long", async () => {
  const { engine } = swarm([foreign("2026-06-01T11:59:50Z")])
  await expect(take(engine)).rejects.toThrow(/Ada at commit c0ffee.* goes in 50 s/)
})

test("a lock that was taken although the answer was lost is this run's", async () => {
  const { engine, configs } = swarm()
  let calls = 0
  const post: Engine["post"] = async (path, body) => {
    calls += 1
    await engine.post(path, body)
    // What the second of two equal calls is told.
    return engine.post(path, body)
  }
  await take({ ...engine, post })
  expect([calls, configs.length]).toEqual([1, 1])
})

test("one that nobody renewed for a minute, by the manager's clock, is taken over", async () => {
  const { engine, configs } = swarm([foreign("2026-06-01T11:58:59Z")])
  await take(engine)
  expect(configs.map((one) => one.Spec.Labels.owner)).toEqual(["Bob"])
})

test("one whose process died on this machine is taken over at once", async () => {
  const { pid } = spawnSync("true")
  const labels = { ...thisRun(), pid: String(pid) }
  await take(swarm([foreign(now, labels)]).engine)
  const elsewhere = swarm([foreign(now, { ...labels, host: "elsewhere" })]).engine
  await expect(take(elsewhere)).rejects.toThrow("another apply")
  const namesake = swarm([foreign(now, { ...labels, boot: "another machine" })]).engine
  await expect(take(namesake)).rejects.toThrow("another apply")
})

test("who lost the lock is told before it changes more", async () => {
  const { engine } = swarm()
  const lock = await take(engine)
  await lock.check()
  await breakLock(engine)
  await expect(lock.check()).rejects.toThrow(LockLost)
  await take(engine)
  await expect(lock.check()).rejects.toThrow("Bob holds it now")
})
