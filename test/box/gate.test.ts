import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { observe } from "../../scripts/deploy/observe.ts"
import { awaitHealthy } from "../../scripts/drills/fleet-access.ts"
import { drillContext } from "../../scripts/drills/run.ts"
import { specHashes } from "../../scripts/drills/under-load.ts"
import { openWorkbench, type Workbench } from "../../scripts/drills/workbench.ts"
import { connectSwarm } from "../../scripts/io/swarm-connection.ts"
import { startBox } from "../../scripts/start-box.ts"

// A migration is a job that has to succeed before the app's new version starts.

const repository = join(import.meta.dirname, "..", "..")
const context = drillContext(repository, (line) => process.stdout.write(`    ${line}\n`), false)
let bench: Workbench

beforeAll(async () => {
  await startBox(repository, { allowDirty: process.env.CI === undefined })
  await awaitHealthy(context)
  bench = await openWorkbench(repository)
})

afterAll(async () => {
  await bench.reset()
  await bench.quickcart("apply", "local", "--break-lock")
  bench.remove()
})

const migrate = (script: string) =>
  bench.change("local", ["app", "migration"], { command: ["node", "-e", script], deadline: "2m" })

const operations = async () => {
  const result = await bench.quickcart("apply", "local", "--json")
  expect(result.exitCode, result.stderr).toBe(0)
  return JSON.parse(result.stdout).operations as string[]
}

/** How often each job ran, by name. */
async function runs(): Promise<Map<string, number>> {
  const connection = await connectSwarm(context.fleet, context.state)
  try {
    const { services, tasks } = await observe(connection.engine)
    const jobs = services.filter((service) => service.Spec.Mode.ReplicatedJob !== undefined)
    return new Map(
      jobs.map(({ ID, Spec }) => [Spec.Name, tasks.filter((t) => t.ServiceID === ID).length]),
    )
  } finally {
    await connection.close()
  }
}

test("it runs before the app, once for its content, and not again after a revert", async () => {
  await migrate("console.log(1)")
  await bench.change("local", ["app", "environment"], { GREETING: "migrated" })
  const first = await operations()
  expect(first.map((line) => line.split(" ")[0])).toEqual(["create-service", "update-service"])
  expect(first[0]).toContain("quickcart_migration-")
  expect(await operations()).toEqual([])
  expect([...(await runs()).values()]).toEqual([1])
  const look = await bench.quickcart("drift", "local")
  expect(look.exitCode, look.stdout).toBe(0)

  await migrate("console.log(2)")
  expect(await operations()).toEqual([
    expect.stringContaining("create-service quickcart_migration-"),
  ])
  await bench.git("revert", "--no-edit", "HEAD")
  expect(await operations()).toEqual([])
  expect([...(await runs()).values()]).toEqual([1, 1])
})

test("one that fails stops the new version, says why, and leaves nothing changed", async () => {
  const before = await specHashes(context)
  await migrate("console.error('column price exists twice'); process.exit(3)")
  await bench.change("local", ["app", "environment"], { GREETING: "never" })
  const result = await bench.quickcart("apply", "local")
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toMatch(/quickcart_migration-\w+: 0\/1 complete, 3 of 3 attempts failed/)
  expect(result.stderr).toContain("column price exists twice")
  expect(result.stderr).not.toContain("quickcart_app: definition")
  expect(await specHashes(context)).toEqual(before)
})
