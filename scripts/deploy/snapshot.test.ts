import { expect, test } from "vitest"
import { type Engine, EngineFailure } from "../io/engine.ts"
import type { Undo } from "./restore-sequence.ts"
import { dropSnapshot, earliest, leftSnapshot, saveSnapshot } from "./snapshot.ts"

const place = { wave: 10, leader: undefined, host: undefined }
const remove = (name: string): Undo => ({ kind: "remove", name, ...place })
const restore = (name: string, hash: string): Undo => ({
  ...place,
  kind: "restore",
  name,
  id: `id-${name}`,
  spec: {
    Name: name,
    Labels: { hash },
    TaskTemplate: { ContainerSpec: { Image: "i" } },
    Mode: { Global: {} },
  },
})

/** As much of a Swarm as holds configs. */
function swarm() {
  const configs = new Map<string, { ID: string; Spec: { Name: string; Data: string } }>()
  return {
    get: async () => [...configs.values()],
    post: async (_: string, Spec: { Name: string; Data: string }) => {
      configs.set(`/configs/${Spec.Name}`, { ID: Spec.Name, Spec })
    },
    remove: async (path: string) => void configs.delete(path),
  } as unknown as Engine
}

test("what was saved is what the next run finds, until it is dropped", async () => {
  const engine = swarm()
  expect(await leftSnapshot(engine)).toEqual([])
  await saveSnapshot(engine, [remove("a")])
  await saveSnapshot(engine, [restore("a", "1"), remove("b")])
  expect(await leftSnapshot(engine)).toEqual([restore("a", "1"), remove("b")])
  await dropSnapshot(engine)
  expect(await leftSnapshot(engine)).toEqual([])
})

test("a save that arrived although its answer was lost is no failure, another's is", async () => {
  const engine = swarm()
  const refuse = (arrives: boolean): Engine => ({
    ...engine,
    post: async <T>(path: string, body: unknown) => {
      await engine.post<T>(path, arrives ? body : { Name: "quickcart-snapshot-2", Data: "other" })
      throw new EngineFailure("POST", path, 409, "exists")
    },
  })
  await saveSnapshot(refuse(true), [remove("a")])
  expect(await leftSnapshot(engine)).toEqual([remove("a")])
  await expect(saveSnapshot(refuse(false), [remove("a")])).rejects.toThrow("exists")
})

test("a run that is killed while it saves leaves what it saved last", async () => {
  const engine = swarm()
  await saveSnapshot(engine, [remove("a")])
  const killed = async () => {
    throw new Error("killed")
  }
  await expect(saveSnapshot({ ...engine, remove: killed }, [remove("b")])).rejects.toThrow("killed")
  expect(await leftSnapshot(engine)).toEqual([remove("b")])
  await saveSnapshot(engine, [remove("c")])
  expect(await leftSnapshot(engine)).toEqual([remove("c")])
  await dropSnapshot(engine)
  expect(await leftSnapshot(engine)).toEqual([])
})

test("after an interrupted run the way back leads to what was before that run", () => {
  const left = [restore("app", "before"), remove("new")]
  const planned = [restore("app", "half-way"), restore("haproxy-1", "before")]
  expect(earliest(left, planned)).toEqual([...left, restore("haproxy-1", "before")])
})
