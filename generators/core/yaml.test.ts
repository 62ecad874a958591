import fc from "fast-check"
import { expect, test } from "vitest"
import { parse } from "yaml"
import { escapeDollars, stringifyYaml } from "./yaml.ts"

const json = fc.dictionary(
  fc.string().filter((key) => key !== "<<" && key !== "__proto__"),
  fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(fc.string()),
    fc.constantFrom(
      "yes",
      "n",
      "on",
      "0444",
      "1:30",
      "22:22",
      "~",
      "1_000",
      "0x1f",
      "2026-01-01",
      "=",
    ),
  ),
)

test("means the same to readers of YAML 1.1 and 1.2", () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = stringifyYaml(value)
      expect(parse(text, { version: "1.1" })).toEqual(value)
      expect(parse(text, { version: "1.2" })).toEqual(value)
    }),
  )
})

test("writes shared values out instead of as anchors", () => {
  const shared = { retries: 3 }
  expect(stringifyYaml({ a: shared, b: shared })).toBe("a:\n  retries: 3\nb:\n  retries: 3\n")
})

test("puts sections and names first, whatever the order they came in", () => {
  const text = stringifyYaml({
    configs: { b: { file: "x", name: "ys" } },
    services: {},
    version: "3",
  })
  expect(text).toBe('version: "3"\nservices: {}\nconfigs:\n  b:\n    name: ys\n    file: x\n')
})

test("doubles the dollars of every string, however deep, and of no key", () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what Docker would interpolate
  expect(escapeDollars({ $a: ["$1", { b: "${C} $$" }], n: 1 })).toEqual({
    $a: ["$$1", { b: "$${C} $$$$" }],
    n: 1,
  })
})
