import { fileURLToPath } from "node:url"
import { createGenerator } from "ts-json-schema-generator"
import { writeAtomic } from "./io/files.ts"

type Schema = Record<string, unknown> & {
  $ref?: string
  type?: string
  description?: string
  default?: unknown
  examples?: unknown[]
  enum?: unknown[]
  pattern?: string
  properties?: Record<string, Schema>
  items?: Schema
  definitions?: Record<string, Schema>
}

const root = fileURLToPath(new URL("..", import.meta.url))

/** Where the generated schema is committed. */
export const schemaFile = `${root}schema/environment.schema.json`

/** The JSON schema of `schema/environment.ts`, as committed in `schemaFile`. */
export function generateSchema(): string {
  const generated = createGenerator({
    path: `${root}schema/environment.ts`,
    tsconfig: `${root}tsconfig.json`,
    type: "EnvironmentSpec",
    additionalProperties: false,
    skipTypeCheck: true,
  }).createSchema("EnvironmentSpec") as Schema
  const definitions = generated.definitions ?? {}
  const objects = Object.entries(definitions).filter(([, schema]) => schema.type === "object")
  const result = {
    ...generated,
    definitions: Object.fromEntries(
      objects.map(([name, schema]) => [name, describeProperties(schema, definitions)]),
    ),
  }
  return `${JSON.stringify(result, null, 2)}\n`
}

function describeProperties(schema: Schema, definitions: Record<string, Schema>): Schema {
  const properties = Object.entries(schema.properties ?? {}).map(([key, property]) => [
    key,
    describe(property, definitions),
  ])
  return { ...schema, properties: Object.fromEntries(properties) }
}

/**
 * Editors show only `description`, and ignore what stands beside a `$ref`: so
 * quantities are inlined, and unit, default and example are put into the text.
 */
function describe(property: Schema, definitions: Record<string, Schema>): Schema {
  const { schema, unit } = inline(property, definitions)
  const items = schema.items === undefined ? {} : { items: describeItem(schema.items, definitions) }
  const examples = schema.examples ?? schema.enum
  const lines = [
    schema.description,
    unit && `Unit: ${unit}`,
    "default" in schema && `Default: ${written(schema.default)}.`,
    examples && `Example: ${examples.map(written).join(", ")}.`,
  ]
  const described: Schema = {
    ...schema,
    ...items,
    description: lines.filter((line) => typeof line === "string").join("\n"),
  }
  // A default in prose ("equal to count") is no value an editor may insert.
  if ("default" in schema && !isLiteralDefault(schema)) delete described.default
  return described
}

function describeItem(item: Schema, definitions: Record<string, Schema>): Schema {
  const { schema, unit } = inline(item, definitions)
  return unit === undefined ? schema : { description: unit, ...schema }
}

function inline(
  property: Schema,
  definitions: Record<string, Schema>,
): { schema: Schema; unit?: string | undefined } {
  const { $ref, ...own } = property
  if ($ref === undefined) return { schema: property }
  const name = $ref.replace("#/definitions/", "")
  const { description: unit, ...target } = definitions[name] ?? {}
  if (target.type === "object") return { schema: property }
  return { schema: { title: name, ...target, ...own }, unit }
}

/** Whether the default is a value. `@default none` and other prose explain what holds instead. */
function isLiteralDefault({ type, enum: values, pattern, default: written }: Schema): boolean {
  if (values !== undefined) return values.includes(written)
  if (typeof written !== "string") return typeof written === (type === "integer" ? "number" : type)
  return type === "string" && !/^none\b/.test(written) && new RegExp(pattern ?? "").test(written)
}

function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value)
}

if (import.meta.main) {
  writeAtomic(schemaFile, generateSchema())
  console.log("Wrote schema/environment.schema.json")
}
