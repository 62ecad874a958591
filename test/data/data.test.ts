import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { apply } from "../../scripts/deploy/apply.ts"
import { drills, environmentOf } from "../../scripts/drills/index.ts"
import { drillContext } from "../../scripts/drills/run.ts"
import { downSteps } from "../../scripts/hosts/up.ts"
import { nowMs } from "../../scripts/io/clock.ts"
import { runSteps } from "../../scripts/progress.ts"
import { startBox } from "../../scripts/start-box.ts"
import { drillTwice } from "../box/drill-twice.ts"

const repository = join(import.meta.dirname, "..", "..")
const environment = "local-data"
const say = (line: string) => process.stdout.write(`    ${line}\n`)
const context = drillContext(repository, say, false, environment)
const allowDirty = process.env.CI === undefined

beforeAll(async () => {
  await runSteps(downSteps(repository, environment))
  const start = nowMs()
  await startBox(repository, { allowDirty, environment })
  say(`the box with its data tier started in ${Math.round((nowMs() - start) / 1000)} s`)
})

test("apply once more changes nothing", async () => {
  const again = await apply(repository, environment, { allowDirty, breakLock: false, report: say })
  expect(again.operations).toEqual([])
})

describe("drills", () => {
  const everyRun = drills.filter(
    (drill) => environmentOf(drill) === environment && drill.onlyThorough !== true,
  )
  test.each(everyRun.map((drill) => [drill.name, drill] as const))("%s", (_, drill) =>
    drillTwice(context, drill),
  )
})
