import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { apply } from "../../scripts/deploy/apply.ts"
import { drills } from "../../scripts/drills/index.ts"
import { reportText } from "../../scripts/drills/report.ts"
import { drillContext, runDrill } from "../../scripts/drills/run.ts"
import { downSteps, upSteps } from "../../scripts/hosts/up.ts"
import { run } from "../../scripts/io/command.ts"
import { boxPorts } from "../../scripts/io/providers/box-compose.ts"
import { runSteps } from "../../scripts/progress.ts"
import { startBox } from "../../scripts/start-box.ts"

const repository = join(import.meta.dirname, "..", "..")
const say = (line: string) => process.stdout.write(`    ${line}\n`)
const context = drillContext(repository, say)

beforeAll(async () => {
  await runSteps(downSteps(repository, "local"))
  await startBox(repository, { allowDirty: process.env.CI === undefined })
})

afterAll(async () => {
  await runSteps(downSteps(repository, "local"))
  const left = await run([
    "docker",
    "ps",
    "--all",
    "--quiet",
    "--filter",
    "label=com.docker.compose.project=quickcart-local",
  ])
  expect(left.stdout).toBe("")
})

test("a browser on this machine reaches the shop through the door", async () => {
  const page = await fetch(`http://localhost:${boxPorts.http}/`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain("QuickCart")
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
  test.each(drills.map((drill) => [drill.name, drill] as const))("%s", async (_, drill) => {
    const report = await runDrill(context, drill)
    say(reportText(report))
    expect(report.bounds.filter((bound) => !bound.met)).toEqual([])
  })
})
