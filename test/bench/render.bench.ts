import { cpus, totalmem } from "node:os"
import { join } from "node:path"
import Table from "cli-table3"
import { fleetFixture } from "../../generators/core/fleet-fixture.ts"
import { renderFleet } from "../../generators/core/render.ts"
import { writeAtomic } from "../../scripts/io/files.ts"
import { headCommit } from "../../scripts/io/git.ts"

// How long rendering takes, and how much memory, as the fleet grows.
const repository = join(import.meta.dirname, "..", "..")
const sizes = [10, 100, 1000]
const repetitions = 20

interface Sample {
  appHosts: number
  files: number
  kilobytes: number
  minMs: number
  medianMs: number
  p99Ms: number
  maxMs: number
  heapMegabytes: number
}

function measure(appHosts: number): Sample {
  const fleet = fleetFixture({ app: appHosts })
  const files = renderFleet(fleet)
  const heapBefore = process.memoryUsage().heapUsed
  let heapPeak = heapBefore
  const times = Array.from({ length: repetitions }, () => {
    const start = performance.now()
    renderFleet(fleet)
    const elapsed = performance.now() - start
    heapPeak = Math.max(heapPeak, process.memoryUsage().heapUsed)
    return elapsed
  }).sort((a, b) => a - b)
  const at = (share: number) => round(times[Math.ceil(share * times.length) - 1] ?? Number.NaN)
  return {
    appHosts,
    files: files.length,
    kilobytes: round(files.reduce((sum, file) => sum + Buffer.byteLength(file.text), 0) / 1000),
    minMs: round(times[0] ?? Number.NaN),
    medianMs: at(0.5),
    p99Ms: at(0.99),
    maxMs: round(times.at(-1) ?? Number.NaN),
    heapMegabytes: round((heapPeak - heapBefore) / 1e6),
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

const samples = sizes.map(measure)
const head = ["app hosts", "files", "kB", "min ms", "median ms", "p99 ms", "max ms", "heap MB"]
const table = new Table({ head, style: { head: [] } })
table.push(...samples.map((sample) => Object.values(sample)))
process.stdout.write(`${table}\n`)

const report = {
  name: "render-bench",
  commit: await headCommit(repository),
  machine: `${cpus().length} x ${cpus()[0]?.model ?? "cpu"}, ${(totalmem() / 1e9).toFixed(0)} GB`,
  when: new Date().toISOString(),
  parameters: { sizes, repetitions },
  samples,
}
writeAtomic(
  join(repository, "reports", "render-bench.json"),
  `${JSON.stringify(report, null, 2)}\n`,
)
