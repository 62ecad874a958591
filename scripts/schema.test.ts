import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { generateSchema, schemaFile } from "./schema.ts"

interface Property {
  $ref?: string
  type?: string
  description?: string
  default?: unknown
  examples?: unknown[]
  enum?: unknown[]
}

const text = generateSchema()
const definitions: Record<
  string,
  { additionalProperties?: boolean; properties: Record<string, Property> }
> = JSON.parse(text).definitions
const properties = Object.entries(definitions).flatMap(([owner, definition]) =>
  Object.entries(definition.properties).map(([key, property]): [string, Property] => [
    `${owner}.${key}`,
    property,
  ]),
)

test("the committed schema is what environment.ts says; run `npm run schema` if not", () => {
  expect(readFileSync(schemaFile, "utf8")).toBe(text)
})

test.each(properties)("%s says what it means and shows a value", (_name, property) => {
  expect(property.description).toMatch(/\w{3}/)
  if (property.$ref !== undefined || property.type === "boolean") return
  const values = [property.default, property.examples, property.enum]
  const shows = values.some((value) => value !== undefined)
  expect(shows || property.description?.includes("Default:")).toBe(true)
})

test("quantities show their unit, defaults and examples in the description", () => {
  const property = definitions.Objectives?.properties.databaseFailover
  expect(property?.description).toBe(
    "Longest write outage when the database primary dies.\n" +
      "Unit: A span of time: a whole number or decimal and `ms`, `s`, `m`, `h` or `d`.\n" +
      "Default: 45s.\n" +
      "Example: 100ms, 60s, 15m, 1h, 14d.",
  )
})

test("no map takes unknown keys", () => {
  for (const [name, definition] of Object.entries(definitions)) {
    expect(definition.additionalProperties, name).toBe(false)
  }
})

test("a default in prose is explained, not inserted by editors", () => {
  const property = definitions.HostGroup?.properties.public
  expect(property).not.toHaveProperty("default")
  expect(property?.description).toContain("Default: false (true for loadBalancer and bastion).")
})
