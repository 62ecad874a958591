import { expect, test } from "vitest"
import { closest, editDistance, suggestion } from "./closest.ts"

test("edit distance counts insertions, deletions and substitutions", () => {
  expect(editDistance("kitten", "sitting")).toBe(3)
  expect(editDistance("", "abc")).toBe(3)
  expect(editDistance("same", "same")).toBe(0)
})

test("a typo finds the key that was meant, whatever its case", () => {
  expect(closest("memroy", ["vcpu", "memory", "disk"])).toBe("memory")
  expect(closest("maxcount", ["count", "maxCount"])).toBe("maxCount")
})

test("an unrelated word finds nothing, and the choices are listed instead", () => {
  expect(closest("color", ["vcpu", "memory"])).toBeUndefined()
  expect(closest("ab", ["xy"])).toBeUndefined()
  expect(suggestion("color", ["vcpu", "memory"])).toBe("write one of: vcpu, memory")
})
