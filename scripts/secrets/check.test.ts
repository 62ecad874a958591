import { expect, test } from "vitest"
import type { SwarmObject } from "../deploy/swarm-types.ts"
import { checkExitCode, checkSecrets } from "./check.ts"
import { firstOf, resolveSecrets } from "./source.ts"

const source = firstOf([
  { label: ".env", value: (name) => ({ one: "1", two: "2" })[name] },
  { label: "state", value: (name) => ({ one: "other", three: "" })[name] },
])
const resolve = (key: string) => resolveSecrets({ secrets: [key], credentials: [] }, source, "k")
const live = (...names: string[]) => names.map((Name) => ({ Spec: { Name } }) as SwarmObject)

test("each name has its source and its state, and old generations are counted", () => {
  const name = resolve("one")[0]?.name ?? ""
  const old = "quickcart_one_0000000000000000"
  expect(checkSecrets(["one", "two", "three"], source, resolve, live(name, old))).toEqual([
    { key: "one", origin: ".env", name, state: "live", older: [old] },
    { key: "two", origin: ".env", name: resolve("two")[0]?.name, state: "not pushed", older: [] },
    { key: "three", origin: null, name: null, state: "missing", older: [] },
  ])
})

test("a missing value is worse than one that is not pushed", () => {
  const check = (...keys: string[]) =>
    checkExitCode(checkSecrets(keys, source, resolve, live(resolve("one")[0]?.name ?? "")))
  expect([check("one"), check("one", "two"), check("two", "three")]).toEqual([0, 2, 1])
})
