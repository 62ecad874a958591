import { readFileSync } from "node:fs"
import { Ajv } from "ajv"
import { expect, test } from "vitest"
import { generateSchema, schemaFile } from "./schema.ts"

interface Property {
  $ref?: string
  items?: { $ref?: string }
  description: string
  default?: unknown
  examples?: unknown[]
  enum?: unknown[]
}

const text = generateSchema()
const definitions: Record<
  string,
  { additionalProperties?: boolean; required?: string[]; properties: Record<string, Property> }
> = JSON.parse(text).definitions
const fields = Object.entries(definitions).flatMap(([owner, { required = [], properties }]) =>
  Object.entries(properties).map(([key, property]) => ({
    name: `${owner}.${key}`,
    property,
    isOptional: !required.includes(key),
    isLeaf: property.$ref === undefined && property.items?.$ref === undefined,
  })),
)

test("the committed schema is what environment.ts says; run `npm run schema` if not", () => {
  expect(readFileSync(schemaFile, "utf8")).toBe(text)
})

test.each(fields)("$name says what it means", ({ property }) => {
  const [meaning = ""] = property.description.split(/^(?:Unit|Default|Example): /m)
  expect(meaning).toMatch(/\w{3}/)
})

test.each(fields.filter(({ isLeaf }) => isLeaf))("$name shows a value of its own", (field) => {
  const { examples, enum: values } = field.property
  expect(examples ?? values, "write @examples").not.toHaveLength(0)
  expect(field.property.description).toContain("\nExample: ")
})

test.each(fields.filter(({ isOptional }) => isOptional))(
  "$name says what holds when it is left out",
  ({ property }) => {
    expect(property.description, "write @default, and `@default none` for no default").toMatch(
      /^Default: .+\.$/m,
    )
  },
)

test.each(fields.filter(({ isLeaf }) => isLeaf))(
  "$name: an editor may insert what it shows",
  ({ property }) => {
    const accepts = new Ajv({ allErrors: true, strict: false }).compile(property)
    const shown = [
      ...(property.examples ?? []),
      ...("default" in property ? [property.default] : []),
    ]
    for (const value of shown) expect(accepts(value), JSON.stringify(value)).toBe(true)
  },
)

test("quantities show their unit, defaults and examples in the description", () => {
  const property = definitions.Objectives?.properties.databaseFailover
  expect(property?.description).toBe(
    "Longest write outage when the database primary dies.\n" +
      "Unit: A span of time: a whole number or decimal and `ms`, `s`, `m`, `h` or `d`.\n" +
      "Default: 30s.\n" +
      "Example: 60s.",
  )
})

test("no map takes unknown keys", () => {
  for (const [name, definition] of Object.entries(definitions)) {
    expect(definition.additionalProperties, name).toBe(false)
  }
})

test.each([
  ["HostGroup", "public", "false (true for loadBalancer and bastion)"],
  ["HostGroup", "size", "none, as the box has no sizes"],
  ["ObjectStorage", "backupBucket", "none"],
])("a default in prose is explained, not inserted by editors: %s.%s", (owner, key, prose) => {
  const property = definitions[owner]?.properties[key]
  expect(property).not.toHaveProperty("default")
  expect(property?.description).toContain(`Default: ${prose}.`)
})

test("the schema itself is valid, which commands do not check again", () => {
  const ajv = new Ajv({ strict: true })
  expect(ajv.validateSchema(JSON.parse(text)), ajv.errorsText()).toBe(true)
})
