import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { atMostTime, writeReport } from "./drills/report.ts"
import { nowMs } from "./io/clock.ts"
import { readText } from "./io/files.ts"
import { lastStartMinutes, mostMinutes, setupStart, setupTimeFile } from "./test-time.ts"

// `npm test`: every layer in order, then one line with the totals. `npm test -- --data` drills the
// box of the data tier too.
interface Totals {
  passed: number
  failed: number
  skipped: number
}

const { data } = parseArgs({ options: { data: { type: "boolean" } } }).values
const repository = join(import.meta.dirname, "..")
const binaries = join(repository, "node_modules", ".bin")
const scratch = mkdtempSync(join(tmpdir(), "quickcart-test-"))
/** Time of each stage. */
const seconds: Record<string, number> = {}
const setup = takeSetupStart()
const begin = setup ?? nowMs()
if (setup !== undefined) seconds.setup = Math.round((nowMs() - setup) / 1000)
process.env.QUICKCART_TEST_ENDS = String(begin + lastStartMinutes * 60_000)
const totals: Totals = { passed: 0, failed: 0, skipped: 0 }

await gate("types", ["tsc", "--noEmit"])
await gate("lint", ["biome", "check", "."])
await suite("unit")
await gate("bench", ["node", join(repository, "test", "bench", "render.bench.ts")])
await gate("images", ["node", join(import.meta.dirname, "quickcart.js"), "images", "--build-only"])
await suite("tools")
const boxes = totals.failed === 0
if (boxes) await suite("box")
else process.stdout.write("\nThe box was not started, because something before it failed.\n")
const minutes = Math.round((nowMs() - begin) / 6000) / 10
const whole =
  setup === undefined ? "npm test without its set-up (min)" : "npm test with its set-up (min)"
await writeReport(repository, "test-run", {
  parameters: { stages: seconds },
  samples: [minutes],
  unit: "min",
  bounds: [atMostTime(whole, minutes, mostMinutes)],
  details: totals,
})
if (data && boxes) await suite("data")
rmSync(scratch, { recursive: true, force: true })
process.stdout.write(
  `\n${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ""}\n`,
)
process.exitCode = totals.failed === 0 ? 0 : 1

/** When npm began this run's set-up, in ms since the epoch; the next run must not find it. */
function takeSetupStart(): number | undefined {
  const file = join(repository, ".quickcart", setupTimeFile)
  const start = setupStart(readText(file), nowMs())
  rmSync(file, { force: true })
  return start
}

/** A command that must succeed; counts as one test. */
async function gate(name: string, argv: string[]): Promise<void> {
  const code = await timed(name, argv)
  if (code === 0) totals.passed += 1
  else totals.failed += 1
}

/** One vitest project; its own counts are added. */
async function suite(project: string): Promise<void> {
  const file = join(scratch, `${project}.json`)
  const code = await timed(project, [
    "vitest",
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ])
  const counted = count(file)
  totals.passed += counted.passed
  totals.skipped += counted.skipped
  totals.failed += code === 0 ? 0 : Math.max(1, counted.failed)
}

function count(file: string): Totals {
  try {
    const result = JSON.parse(readFileSync(file, "utf8"))
    return {
      passed: result.numPassedTests,
      failed: result.numFailedTests,
      skipped: result.numPendingTests,
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

async function timed(name: string, argv: string[]): Promise<number> {
  const start = nowMs()
  process.stdout.write(`\n=== ${name}\n`)
  const [command = "", ...rest] = argv
  const program = command === "node" ? process.execPath : join(binaries, command)
  const child = spawn(program, rest, { stdio: ["ignore", "inherit", "inherit"] })
  const code = await new Promise<number>((resolve) => {
    child.once("error", () => resolve(1))
    child.once("close", (exit) => resolve(exit ?? 1))
  })
  seconds[name] = Math.round((nowMs() - start) / 1000)
  process.stdout.write(`=== ${name}: ${code === 0 ? "ok" : "FAILED"} in ${seconds[name]} s\n`)
  return code
}
