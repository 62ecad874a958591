import { type ChildProcess, spawn } from "node:child_process"
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

// On a new machine it waits for the network most of its time.
const images = runBeside("node", [
  join(import.meta.dirname, "quickcart.js"),
  "images",
  "--build-only",
])
await gate("types", ["tsc", "--noEmit"])
await gate("lint", ["biome", "check", "."])
await suite("unit")
await judge("images", () => images.then(printed))
await gate("bench", ["node", join(repository, "test", "bench", "render.bench.ts")])
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

/** A command that must succeed. */
function gate(name: string, [command = "", ...rest]: string[]): Promise<void> {
  return judge(name, () => run(command, rest))
}

/** Something that must end with exit code 0; counts as one test. */
async function judge(name: string, wait: () => Promise<number>): Promise<void> {
  const code = await timed(name, wait)
  if (code === 0) totals.passed += 1
  else totals.failed += 1
}

/** One vitest project; its own counts are added. */
async function suite(project: string): Promise<void> {
  const file = join(scratch, `${project}.json`)
  const argv = ["run", "--project", project, "--reporter=default", "--reporter=json"]
  const code = await timed(project, () => run("vitest", [...argv, `--outputFile.json=${file}`]))
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

async function timed(name: string, wait: () => Promise<number>): Promise<number> {
  const start = nowMs()
  process.stdout.write(`\n=== ${name}\n`)
  const code = await wait()
  seconds[name] = Math.round((nowMs() - start) / 1000)
  process.stdout.write(`=== ${name}: ${code === 0 ? "ok" : "FAILED"} in ${seconds[name]} s\n`)
  return code
}

/** Exit code of a program of this repository, whose output is this one's. */
function run(command: string, argv: string[]): Promise<number> {
  return exitCode(spawn(program(command), argv, { stdio: ["ignore", "inherit", "inherit"] }))
}

interface Finished {
  code: number
  output: string
}

/** Runs while other stages do; its output is for later. */
async function runBeside(command: string, argv: string[]): Promise<Finished> {
  const child = spawn(program(command), argv, { stdio: ["ignore", "pipe", "pipe"] })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text
    })
  }
  return { code: await exitCode(child), output }
}

function printed({ code, output }: Finished): number {
  process.stdout.write(output)
  return code
}

function program(command: string): string {
  return command === "node" ? process.execPath : join(binaries, command)
}

function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(1))
    child.once("close", (code) => resolve(code ?? 1))
  })
}
