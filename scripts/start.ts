import { join } from "node:path"
import { readFleetFile } from "./deploy/fleet-file.ts"
import { nowMs } from "./io/clock.ts"
import { explainError } from "./io/explain-error.ts"
import { boxPorts } from "./io/providers/box-compose.ts"
import { openState } from "./io/state.ts"
import { boxEnvironment, startBox } from "./start-box.ts"
import { statusReport } from "./status.ts"
import { statusText } from "./status-text.ts"

// `npm start [-- <environment>]`: the whole fleet on this machine, from the committed files.
const repository = join(import.meta.dirname, "..")
const environment = process.argv.slice(2).find((word) => !word.startsWith("-")) ?? boxEnvironment

try {
  const start = nowMs()
  await startBox(repository, { environment, allowDirty: process.argv.includes("--allow-dirty") })
  const seconds = ((nowMs() - start) / 1000).toFixed(0)
  const fleet = readFleetFile(repository, environment)
  const state = openState(repository, environment)
  process.stdout.write(`\n${statusText(await statusReport(repository, fleet, state))}\n
The shop runs (${seconds} s):
  http://localhost:${boxPorts.http}      in a browser on this machine
  https://${fleet.network.vip}  the floating IP, as ${fleet.hostname} (CA: ${state.path("secrets", "ca.pem")})
  npx quickcart status ${environment}     ssh -F ${state.path("ssh", "config")} manager-1
  npx quickcart down ${environment}       removes everything\n`)
} catch (error) {
  const { text, exitCode } = explainError(error)
  process.stderr.write(`${text}\n`)
  process.exitCode = exitCode
}
