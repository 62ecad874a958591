import { readFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { fleetStatus } from "../../status.ts"
import type { Drill } from "../drill.ts"
import { startLoad } from "../load.ts"
import { summarise } from "../outage.ts"
import { atMost } from "../report.ts"
import { besideApp } from "./beside-app.ts"
import { timeline } from "./isolation.ts"
import { loginOf } from "./logins.ts"
import { awaitSymptom, symptomBound } from "./symptom.ts"
import { clientHost } from "./under-probe.ts"

/** More than one host's pool, so that some wait twice as long as others. */
const clients = 40
const seconds = 8
const ratePerSecond = 50

/** Slow statements take every server connection of a host's write route. */
export const poolFull: Drill = {
  name: "pool-full",
  environment: "local-data",
  summary:
    "40 slow clients fill a pool: status names it, everybody is served, visitors see nothing",
  run: async (context) => {
    const before = await timeline(context)
    const load = await startLoad(context.fleet, context.state, {
      path: "/api/products",
      ratePerSecond,
      seconds: 120,
      timeoutMs: 3000,
      keepAlive: false,
    })
    const program = readFileSync(join(import.meta.dirname, "sleepers.js"), "utf8")
    const argv = ["node", "--input-type=module", "--eval", program]
    const child = besideApp(context, clientHost, context.fleet.images.shop ?? "", argv)
    const login = loginOf(context, "postgres_app_password")
    child.stdin.end(`${JSON.stringify({ count: clients, seconds, login })}\n`)
    const symptom = await awaitSymptom(context, "wait for a connection of app_rw", 2 * seconds)
    const answered = Number(await text(child.stdout))
    const summary = summarise(await load.stop(), ratePerSecond)
    const after = (await fleetStatus(context.fleet, context.state)).database?.faults ?? []
    return {
      parameters: { clients, seconds, ratePerSecond },
      samples: [summary.failed],
      unit: "failed requests of visitors",
      bounds: [
        symptomBound(symptom),
        atMost("clients without an answer", clients - answered, 0),
        atMost("failed requests of visitors", summary.failed, 0),
        atMost("faults in status afterwards", after.length, 0),
        atMost("failovers", (await timeline(context)).number - before.number, 0),
      ],
      details: { symptom, summary },
    }
  },
}
