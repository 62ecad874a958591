import { expect, test } from "vitest"
import { type Engine, EngineFailure } from "./engine.ts"
import { updateSpec } from "./update-spec.ts"

/** An engine that refuses the first `conflicts` updates, as when Swarm changed the object itself. */
function engineWith(conflicts: number) {
  const sent: string[] = []
  let index = 1
  const engine = {
    get: async () => ({ Version: { Index: index }, Spec: { labels: index } }),
    post: async (path: string, body: unknown) => {
      sent.push(`${path} ${JSON.stringify(body)}`)
      index += 1
      if (sent.length <= conflicts) {
        throw new EngineFailure("POST", path, 500, "rpc error: update out of sequence")
      }
    },
  } as unknown as Engine
  return { engine, sent }
}

test("an object that changed in between is read and edited again", async () => {
  const { engine, sent } = engineWith(2)
  await updateSpec<{ Version: { Index: number }; Spec: { labels: number } }>(
    engine,
    "/nodes/a",
    (live) => live.Spec,
  )
  expect(sent).toEqual([
    '/nodes/a/update?version=1 {"labels":1}',
    '/nodes/a/update?version=2 {"labels":2}',
    '/nodes/a/update?version=3 {"labels":3}',
  ])
})

test("it gives up on an object that never rests", async () => {
  const { engine, sent } = engineWith(99)
  await expect(updateSpec(engine, "/nodes/a", () => ({}))).rejects.toThrow("out of sequence")
  expect(sent).toHaveLength(8)
})
