import { join } from "node:path"
import { beforeAll, expect, test } from "vitest"
import { awaitHealthy } from "../../scripts/drills/fleet-access.ts"
import { writeReport } from "../../scripts/drills/report.ts"
import { drillContext } from "../../scripts/drills/run.ts"
import { startBox } from "../../scripts/start-box.ts"
import { openLeakSearch } from "../box/leak-search.ts"

const repository = join(import.meta.dirname, "..", "..")
const environment = "local-data"
const say = (line: string) => process.stdout.write(`    ${line}\n`)
const context = drillContext(repository, say, false, environment)
const dirty = process.env.CI === undefined ? ["--allow-dirty"] : []
const search = openLeakSearch(context)

beforeAll(async () => {
  await startBox(repository, { allowDirty: dirty.length > 0, environment })
  await awaitHealthy(context)
  search.plant()
})

test.each([
  ["up", [environment]],
  ["status", [environment]],
  ["plan", [environment]],
  ["drift", [environment]],
  ["secrets", ["check", environment]],
  ["secrets", ["push", environment]],
  ["storage", ["plan", environment]],
  ["apply", [environment, ...dirty]],
  ["db", ["status", environment]],
  ["db", ["switchover", environment]],
])("%s %j succeeds with every process list watched", async (verb, args) => {
  const result = await search.watched(`${verb} ${args[0]}`, () => search.quickcart([verb, ...args]))
  expect(result.stderr).not.toContain("error:")
  expect(result.exitCode).toBe(0)
})

test("no password, key or certificate of the data tier is seen anywhere", async () => {
  const { bound, details } = await search.search()
  await writeReport(repository, "data-secrets", {
    parameters: { secrets: context.fleet.secrets },
    samples: [details.leaks.length],
    unit: "places that hold a secret's value",
    bounds: [bound],
    details,
  })
  expect(details.leaks).toEqual([])
})
