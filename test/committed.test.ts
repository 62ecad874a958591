import { join } from "node:path"
import { expect, test } from "vitest"
import { list, listFiles } from "../scripts/io/files.ts"
import { renderEnvironments } from "../scripts/render.ts"

const repository = join(import.meta.dirname, "..")
const results = renderEnvironments({ repository, environments: [], check: true })

test.each(results)("stacks/$environment is what its spec renders to", ({ problems, changes }) => {
  expect(problems.filter((problem) => problem.severity === "error")).toEqual([])
  expect(
    changes.map(({ kind, path }) => `${kind} ${path}`),
    "run: npx quickcart render",
  ).toEqual([])
})

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
