import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { apply } from "../../scripts/deploy/apply.ts"
import { boxMemoryGibibytes } from "../../scripts/drills/box-memory.ts"
import { drills, environmentOf } from "../../scripts/drills/index.ts"
import { atMost, atMostTime, broken, reportText, writeReport } from "../../scripts/drills/report.ts"
import { drillContext } from "../../scripts/drills/run.ts"
import { downSteps, upSteps } from "../../scripts/hosts/up.ts"
import { nowMs } from "../../scripts/io/clock.ts"
import { boxPorts } from "../../scripts/io/providers/box-compose.ts"
import { runSteps } from "../../scripts/progress.ts"
import { startBox } from "../../scripts/start-box.ts"
import { drillTwice } from "./drill-twice.ts"

const repository = join(import.meta.dirname, "..", "..")
const say = (line: string) => process.stdout.write(`    ${line}\n`)
const context = drillContext(repository, say, false)

let startSeconds = 0

beforeAll(async () => {
  await runSteps(downSteps(repository, "local"))
  const start = nowMs()
  await startBox(repository, { allowDirty: process.env.CI === undefined })
  startSeconds = Math.round((nowMs() - start) / 1000)
})

test("a browser on this machine reaches the shop through the door", async () => {
  const page = await fetch(`http://localhost:${boxPorts.http}/`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain("QuickCart")
})

test("the box starts quickly and leaves most of the memory to others", async () => {
  const gibibytes = await boxMemoryGibibytes("local")
  const report = await writeReport(repository, "box-start", {
    parameters: { hosts: context.fleet.hosts.length, images: "built, not pulled" },
    samples: [startSeconds],
    unit: "s",
    bounds: [
      atMostTime("warm npm start (s)", startSeconds, 150),
      atMost("memory of the whole box (GiB)", gibibytes, 6),
    ],
  })
  say(reportText(report))
  expect(broken(report.bounds, report.pace)).toEqual([])
})

test("up and apply once more change nothing", async () => {
  await runSteps(upSteps(repository, "local"))
  const again = await apply(repository, "local", {
    allowDirty: process.env.CI === undefined,
    breakLock: false,
    report: say,
  })
  expect(again.operations).toEqual([])
})

describe("drills", () => {
  const everyRun = drills.filter(
    (drill) => environmentOf(drill) === "local" && drill.onlyThorough !== true,
  )
  test.each(everyRun.map((drill) => [drill.name, drill] as const))("%s", (_, drill) =>
    drillTwice(context, drill),
  )
})
