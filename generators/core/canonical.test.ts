import { expect, test } from "vitest"
import { canonicalJson } from "./canonical.ts"

test("equal values have equal text", () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe(
    canonicalJson({ a: null, b: [{ c: 2, d: 1 }] }),
  )
})

test("says where a value is missing, which JSON would hide", () => {
  expect(() => canonicalJson({ hosts: [{ name: undefined }] })).toThrow(
    "value.hosts[0].name is undefined",
  )
})
