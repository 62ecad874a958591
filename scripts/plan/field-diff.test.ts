import fc from "fast-check"
import { expect, test } from "vitest"
import { formatPath } from "../../schema/problem.ts"
import { fieldChanges, withField } from "./field-diff.ts"

const paths = (a: unknown, b: unknown) => fieldChanges(a, b).map(({ path }) => formatPath(path))

test("only the smallest differing parts are named", () => {
  const before = {
    deploy: { replicas: 4, mode: "x" },
    networks: { edge: null },
    command: ["a", "b"],
  }
  const after = {
    deploy: { replicas: 6, mode: "x" },
    networks: {},
    command: ["a", "c"],
    init: true,
  }
  expect(paths(before, after)).toEqual(["command[1]", "deploy.replicas", "init", "networks.edge"])
  expect(paths([1, 2], [1])).toEqual([""])
  expect(paths(before, structuredClone(before))).toEqual([])
})

test("applying every change to one value gives the other", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json()), fc.dictionary(fc.string(), json()), (a, b) => {
      const made = fieldChanges(a, b).reduce(
        (value: unknown, change) => withField(value, change.path, change.after),
        a,
      )
      expect(fieldChanges(made, b)).toEqual([])
    }),
  )
})

test("a field may be called __proto__", () => {
  const named = JSON.parse('{"__proto__": {"a": 1}}')
  expect(paths({}, named)).toEqual(["__proto__"])
  expect(Object.keys(withField({}, ["__proto__"], { a: 1 }) as object)).toEqual(["__proto__"])
})

function json() {
  return fc.jsonValue({ maxDepth: 3 })
}
