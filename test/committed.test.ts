import { join, resolve } from "node:path"
import { expect, test } from "vitest"
import { list, listFiles, readText } from "../scripts/io/files.ts"
import { renderEnvironments } from "../scripts/render.ts"
import { schemaFile } from "../scripts/schema.ts"

const repository = join(import.meta.dirname, "..")
const results = renderEnvironments({ repository, environments: [], check: true })

test.each(results)("stacks/$environment is what its spec renders to", ({ problems, changes }) => {
  expect(problems.filter((problem) => problem.severity === "error")).toEqual([])
  expect(
    changes.map(({ kind, path }) => `${kind} ${path}`),
    "run: npx quickcart render",
  ).toEqual([])
})

test.each(results)(
  "the first line of $environment names its schema to editors",
  ({ environment }) => {
    const directory = join(repository, "environments")
    const [first = ""] = (readText(join(directory, `${environment}.yaml`)) ?? "").split("\n")
    const schema = /^# yaml-language-server: \$schema=(\S+)$/.exec(first)?.[1]
    expect(schema, "begin the file with it").toBeDefined()
    expect(resolve(directory, schema ?? "")).toBe(resolve(schemaFile))
  },
)

test("every environment has a stack and every stack an environment", () => {
  const environments = list(join(repository, "environments"))
    .filter((name) => /^[^.].*\.yaml$/.test(name))
    .map((name) => name.replace(/\.yaml$/, ""))
    .toSorted()
  expect(list(join(repository, "stacks"))).toEqual(environments)
})

test.each(list(join(repository, "stacks")))(
  "nothing lies in stacks/%s that render did not write",
  (name) => {
    const directory = join(repository, "stacks", name)
    const result = results.find((candidate) => candidate.environment === name)
    expect(listFiles(directory).length).toBeGreaterThan(0)
    expect(listFiles(directory)).toEqual(result?.files)
  },
)
