import { join } from "node:path"
import { expect, test } from "vitest"
import { knownServices, selectServices, swarmNamePattern } from "./services.ts"

const known = knownServices(join(import.meta.dirname, "../../stacks/local-data"))
const names = (word: string) => selectServices(word, known).map((service) => service.name)

test("a word is a service, all members of one, or what people call it", () => {
  expect(names("app")).toEqual(["app"])
  expect(names("haproxy")).toEqual(["haproxy-1", "haproxy-2"])
  expect(names("haproxy-2")).toEqual(["haproxy-2"])
  expect(names("quickcart_haproxy-2")).toEqual(["haproxy-2"])
  expect(names("postgres")).toEqual(["patroni-1", "patroni-2", "patroni-3"])
})

test("what there is none of is refused with the nearest", () => {
  expect(() => names("haproxi")).toThrow('there is no service "haproxi": did you mean "haproxy"?')
  expect(() => names("x")).toThrow("write one of: alertmanager, ")
  expect(() => names("constructor")).toThrow("there is no service")
})

test("a job is meant whatever its definition's hash", () => {
  expect(selectServices("migration", known).map(swarmNamePattern)).toEqual([
    "quickcart_migration-????????",
  ])
})
