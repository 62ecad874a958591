import { join } from "node:path"
import { readFleetFile } from "../deploy/fleet-file.ts"
import { nowMs } from "../io/clock.ts"
import { explainError } from "../io/explain-error.ts"
import { Failure } from "../io/failure.ts"
import { writeAtomic } from "../io/files.ts"
import { openRemote } from "../io/ssh.ts"
import { openState } from "../io/state.ts"
import { openMonitoring } from "./access.ts"
import { countByJob, seriesPerHost } from "./series-per-host.ts"

// `node scripts/monitoring/measure-series.ts [<environment>]`: counts the series of a live fleet that
// is whole, for the arithmetic in stacks/<env>/README.md. Render and commit afterwards.
const repository = join(import.meta.dirname, "..", "..")
const file = join(repository, "generators", "prometheus", "series-per-host.json")
const environment = process.argv[2] ?? "local-data"

async function measure(): Promise<void> {
  const fleet = readFleetFile(repository, environment)
  const remote = openRemote(fleet, openState(repository, environment))
  try {
    const access = openMonitoring(fleet, remote)
    if (access === null) throw new Failure(`${environment} has no monitoring to ask.`)
    const one = async (expression: string) => (await access.query(expression))[0]?.value ?? 0
    const [samples, appTasks, series, residentBytes] = await Promise.all([
      access.query(countByJob),
      one('count(up{job="app"} == 1)'),
      one('prometheus_tsdb_head_series{job="prometheus"}'),
      one('process_resident_memory_bytes{job="prometheus"}'),
    ])
    const measured = {
      asOf: new Date(nowMs()).toISOString().slice(0, "2026-01-31".length),
      source: `Counted in the live Prometheus of ${environment}: ${countByJob}`,
      ...seriesPerHost(samples, fleet, appTasks),
      prometheus: { series, residentBytes },
    }
    writeAtomic(file, `${JSON.stringify(measured, null, 2)}\n`)
    process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`)
  } finally {
    await remote.close()
  }
}

try {
  await measure()
} catch (error) {
  const { text, exitCode } = explainError(error)
  process.stderr.write(`${text}\n`)
  process.exitCode = exitCode
}
