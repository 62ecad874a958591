import { readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import type { ObjectStorageFile } from "../../schema/bucket.ts"
import { apply } from "../../scripts/deploy/apply.ts"
import { askPatroni } from "../../scripts/drills/alerts/data-faults.ts"
import { boxMemoryGibibytes } from "../../scripts/drills/box-memory.ts"
import { awaitDatabase, sqlIn } from "../../scripts/drills/database/members.ts"
import { drills, environmentOf } from "../../scripts/drills/index.ts"
import { atMost, broken, reportText, writeReport } from "../../scripts/drills/report.ts"
import { drillContext } from "../../scripts/drills/run.ts"
import { downSteps } from "../../scripts/hosts/up.ts"
import { nowMs, waitFor } from "../../scripts/io/clock.ts"
import { run } from "../../scripts/io/command.ts"
import { visit } from "../../scripts/io/visit.ts"
import { runSteps } from "../../scripts/progress.ts"
import { startBox } from "../../scripts/start-box.ts"
import { drillTwice } from "../box/drill-twice.ts"
import { openLeakSearch } from "../box/leak-search.ts"

const repository = join(import.meta.dirname, "..", "..")
const environment = "local-data"
const say = (line: string) => process.stdout.write(`    ${line}\n`)
const context = drillContext(repository, say, false, environment)
const allowDirty = process.env.CI === undefined

const search = openLeakSearch(context)

let startSeconds = 0

beforeAll(async () => {
  await runSteps(downSteps(repository, environment))
  const start = nowMs()
  await search.watched("the first start", () => startBox(repository, { allowDirty, environment }))
  startSeconds = Math.round((nowMs() - start) / 1000)
})

test("the box with its data tier, monitoring and eleven Docker engines fits in 4 GiB", async () => {
  const report = await writeReport(repository, "data-box-start", {
    parameters: { hosts: context.fleet.hosts.length, images: "built, not pulled" },
    samples: [startSeconds],
    unit: "s",
    bounds: [
      atMost(
        // The drill data-tier-memory holds the tier alone to its 3 GiB.
        "memory of the whole box (GiB)",
        await boxMemoryGibibytes(environment),
        4,
      ),
    ],
  })
  say(reportText(report))
  expect(broken(report.bounds, report.pace)).toEqual([])
})

test("the first start, which makes all passwords and keys, shows none to other processes", () => {
  search.plant()
  expect(search.shown()).toEqual([])
})

test("apply once more changes nothing", async () => {
  const again = await apply(repository, environment, { allowDirty, breakLock: false, report: say })
  expect(again.operations).toEqual([])
})

test("every product image reaches visitors, for their caches to keep for a year", async () => {
  const file = join(repository, "stacks", environment, "object-storage.json")
  const { buckets }: ObjectStorageFile = JSON.parse(readFileSync(file, "utf8"))
  const images = buckets.flatMap(({ objects }) => objects)
  expect(images.length).toBeGreaterThan(0)
  for (const { key, contentType } of images) {
    const { status, headers } = await visit(context.fleet, context.state, `/images/${key}`)
    const { "content-type": type, "cache-control": caching } = headers
    expect({ key, status, type, caching }).toEqual({
      key,
      status: 200,
      type: contentType,
      caching: "public, max-age=31536000, immutable",
    })
  }
})

test("no visitor lists the images", async () => {
  for (const path of ["/images/", "/images/?list-type=2"]) {
    expect([path, (await visit(context.fleet, context.state, path)).status]).toEqual([path, 403])
  }
})

test("a setting of the database that somebody changed is found, healed, and then as in git", async () => {
  const program = join(repository, "scripts", "quickcart.js")
  const drift = (...flags: string[]) =>
    run([process.execPath, program, "drift", environment, ...flags], { allowFailure: true })
  const primary = await awaitDatabase(context)
  const wanted = await sqlIn(context, primary, "show work_mem")
  const body = JSON.stringify({ postgresql: { parameters: { work_mem: "1MB" } } })
  await askPatroni(context, primary, "config", `--request PATCH --data '${body}'`)
  const found = await drift()
  expect([found.exitCode, found.stdout]).toEqual([2, expect.stringContaining("work_mem")])
  expect((await drift("--heal")).exitCode).toBe(0)
  expect((await drift()).exitCode).toBe(0)
  await waitFor("PostgreSQL to have it again", { deadlineSeconds: 60 }, async () =>
    (await sqlIn(context, primary, "show work_mem")) === wanted ? true : undefined,
  )
})

describe("drills", () => {
  const everyRun = drills.filter(
    (drill) => environmentOf(drill) === environment && drill.onlyThorough !== true,
  )
  test.each(everyRun.map((drill) => [drill.name, drill] as const))("%s", (_, drill) =>
    drillTwice(context, drill),
  )
})
