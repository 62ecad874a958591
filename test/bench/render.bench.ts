import { execFileSync } from "node:child_process"
import { join } from "node:path"
import Table from "cli-table3"
import { stringify } from "yaml"
import { renderFleet } from "../../generators/core/render.ts"
import { lockFixture, specFixture } from "../../schema/environment-fixture.ts"
import { validateEnvironment } from "../../schema/validate.ts"
import { atMost, writeReport } from "../../scripts/drills/report.ts"

// From the text of an environment to its files, as the fleet grows: how long it takes and how
// much memory the process needs. Each size runs in a process of its own (`--hosts N`), so that
// none pays for another's garbage. Ends with exit code 1 when the time does not grow linearly.
const repository = join(import.meta.dirname, "..", "..")
const sizes = [10, 100, 1000]
const repetitions = 20
const warmUps = 3
/** Ten times the hosts may take ten times the time, and a fifth more for the garbage collector. */
const growthLimit = 12

interface Sample {
  hosts: number
  files: number
  kilobytes: number
  minMs: number
  medianMs: number
  maxMs: number
  /** Peak resident memory of the whole process. */
  peakMegabytes: number
}

function environmentText(hosts: number): string {
  const spec = specFixture()
  spec.tier = "development"
  delete spec.hosts.redis
  const others = Object.entries(spec.hosts)
    .filter(([role]) => role !== "app")
    .reduce((sum, [, group]) => sum + (group?.count ?? 0), 0)
  const count = Math.max(1, hosts - others)
  spec.hosts.app = { ...spec.hosts.app, count, maxCount: Math.max(count, 10) }
  spec.app.replicas = count
  // Rules about capacity would refuse most sizes; they are not what is measured.
  spec.flashSales = []
  delete spec.edge.waitingRoom
  spec.workload.flashSaleFactor = 1
  spec.workload.concurrentUsers = count
  return stringify(spec)
}

function measure(hosts: number): Sample {
  const text = environmentText(hosts)
  const render = () => {
    const { fleet, problems } = validateEnvironment(
      text,
      "environments/fixture.yaml",
      lockFixture(),
    )
    if (fleet === undefined) throw new Error(problems.map(({ message }) => message).join("\n"))
    return { fleet, files: renderFleet(fleet) }
  }
  for (let i = 0; i < warmUps; i += 1) render()
  const { fleet, files } = render()
  const times = Array.from({ length: repetitions }, () => {
    const start = performance.now()
    render()
    return performance.now() - start
  }).sort((a, b) => a - b)
  return {
    hosts: fleet.hosts.length,
    files: files.length,
    kilobytes: round(files.reduce((sum, file) => sum + Buffer.byteLength(file.text), 0) / 1000),
    minMs: round(times[0] ?? Number.NaN),
    medianMs: round(times[Math.floor(times.length / 2)] ?? Number.NaN),
    maxMs: round(times.at(-1) ?? Number.NaN),
    peakMegabytes: round(process.resourceUsage().maxRSS / 1000),
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

const own = process.argv.indexOf("--hosts")
if (own > 0) {
  process.stdout.write(JSON.stringify(measure(Number(process.argv[own + 1]))))
} else {
  const samples = sizes.map((size): Sample => {
    const argv = [import.meta.filename, "--hosts", String(size)]
    return JSON.parse(execFileSync(process.execPath, argv, { encoding: "utf8" }))
  })
  const head = ["hosts", "files", "kB", "min ms", "median ms", "max ms", "peak MB"]
  const table = new Table({ head, style: { head: [] } })
  table.push(...samples.map((sample) => Object.values(sample)))
  process.stdout.write(`${table}\n`)
  const [, hundred, thousand] = samples.map((sample) => sample.medianMs)
  const growth = round((thousand ?? Number.NaN) / (hundred ?? Number.NaN))
  const report = await writeReport(repository, "render-scaling", {
    parameters: { sizes, repetitions },
    samples: samples.map((sample) => sample.medianMs),
    unit: "ms (10, 100, 1,000 hosts)",
    bounds: [atMost("time for 1,000 hosts over 100 hosts", growth, growthLimit)],
    details: samples,
  })
  process.exitCode = report.verdict === "pass" ? 0 : 1
}
