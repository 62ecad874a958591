import { setTimeout as delay } from "node:timers/promises"
import { readFleetFile, swarmHosts } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { lookUntil, nowMs, waitFor } from "../../io/clock.ts"
import { Failure } from "../../io/failure.ts"
import { pushImages } from "../../io/providers/box-registry.ts"
import { visit } from "../../io/visit.ts"
import { ensureBoxCredentials } from "../../secrets/box-credentials.ts"
import { awaitDatabase, sqlIn } from "../database/members.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { inHost } from "../fleet-access.ts"
import { atMost, atMostTime, type Measured } from "../report.ts"
import { mustApply, withWorkbench } from "../under-load.ts"
import type { Workbench } from "../workbench.ts"
import { freeze } from "./break.ts"
import { type Trial, underWatch } from "./trial.ts"
import { whileBroken } from "./while-broken.ts"

const store = { retention: "1d", storage: "500MB" }
const alert = "LogStoreDown"
const volumes = ["log-store-data", "log-shipper-data"].map((name) => `${stackName}_${name}`)

const visitsApartMs = 200
/** Docker's file, the shipper's look at it, the way, the store's file. */
const arrivalLimitSeconds = 15
/** A shipper that was refused waits longer and longer, 60 s at most. */
const returnLimitSeconds = 120
const alertDeadlineSeconds = 300
/** Each shipper sends a sign of life a minute: two of them, and half a minute for the scrape. */
const aliveSeconds = 150

/** Turns the log store on, takes it away under visits, and looks whether their lines are in it in the end. */
export const logStoreAway: Drill = {
  name: "log-store-away",
  environment: "local-data",
  summary:
    "turn the log store on, freeze it under visits: the lines of HAProxy, the shop and PostgreSQL are in it in the end",
  onlyThorough: true,
  run: async (context) => {
    try {
      // What it stored is removed with it.
      return await withWorkbench(context, (bench) => measure(context, bench), ["data-loss"])
    } finally {
      await removeVolumes(context)
    }
  },
}

async function measure(context: DrillContext, bench: Workbench): Promise<Measured> {
  await bench.change(bench.environment, ["logs"], store)
  const fleet = readFleetFile(bench.directory, bench.environment)
  await pushImages(fleet, context.report)
  await ensureBoxCredentials(context.state, fleet.credentials)
  await mustApply(bench)
  return underWatch({ ...context, fleet, repository: bench.directory }, async (trial) => {
    const arrivals = await arrivalSeconds(trial.context, bench)
    context.report(`lines arrived after ${Object.values(arrivals).join(", ")} s`)
    const { sent, seconds } = await visitsWhileAway(trial)
    context.report(`${sent.length} visits while the store was frozen for ${seconds} s`)
    const back = await whenAllStored(bench, sent)
    context.report(`${back.missing.length} of their lines are missing after ${back.seconds} s`)
    const silent = await silentHosts(trial)
    return {
      parameters: { ...store, visits: sent.length, frozenSeconds: seconds },
      samples: Object.values(arrivals),
      unit: "s until a line was in the store (HAProxy, the shop, PostgreSQL)",
      bounds: [
        atMostTime(
          "longest time until a line was there (s)",
          Math.max(...Object.values(arrivals)),
          arrivalLimitSeconds,
        ),
        atMost("visits of the outage that the store lacks", back.missing.length, 0),
        atMostTime("until all of the outage was there (s)", back.seconds, returnLimitSeconds),
        atMost("hosts from which nothing came", silent.length, 0),
      ],
      details: { arrivals, missing: back.missing, silent },
    }
  })
}

/** Seconds from an event until the store shows its line, by service. */
async function arrivalSeconds(
  context: DrillContext,
  bench: Workbench,
): Promise<Record<string, number>> {
  const mark = `drill-${nowMs()}`
  const primary = await awaitDatabase(context)
  const begin = nowMs()
  await visit(context.fleet, context.state, `/${mark}`)
  await sqlIn(context, primary, `do 'begin raise log ''${mark}''; end'`)
  const seconds: Record<string, number> = {}
  // The shop leaves requests to HAProxy, and says when it began.
  for (const [service, text] of [
    ["haproxy", mark],
    ["postgres", mark],
    ["app", "listening"],
  ] as const) {
    await waitFor(`a line of ${service}`, { deadlineSeconds: 120, intervalMs: 500 }, async () =>
      (await stored(bench, service, text)).length > 0 ? true : undefined,
    )
    seconds[service] = Math.round((nowMs() - begin) / 100) / 10
  }
  return seconds
}

/** Freezes the store until people are told of it; the marks of the visits meanwhile. */
async function visitsWhileAway(trial: Trial): Promise<{ sent: string[]; seconds: number }> {
  const { context, monitoring } = trial
  const host = hostOfStore(context)
  const sent: string[] = []
  const begin = nowMs()
  await whileBroken(
    trial,
    (on) => freeze(on, host, `${stackName}_log-store`),
    () =>
      waitFor(
        `${alert} to fire`,
        { deadlineSeconds: alertDeadlineSeconds, intervalMs: 0 },
        async () => {
          // Ten visits for each look at the alerts.
          for (let i = 0; i < 10; i += 1) {
            const mark = `away-${begin}-${sent.length}-`
            await visit(context.fleet, context.state, `/${mark}`)
            sent.push(mark)
            await delay(visitsApartMs)
          }
          const firing = await monitoring.firing()
          // One of an earlier store may be remembered still.
          return firing.some(({ name, startsAt }) => name === alert && Date.parse(startsAt) > begin)
            ? true
            : undefined
        },
      ),
  )
  return { sent, seconds: Math.round((nowMs() - begin) / 1000) }
}

/** How long until the store has all of them, and which it never had. */
async function whenAllStored(
  bench: Workbench,
  sent: readonly string[],
): Promise<{ missing: string[]; seconds: number }> {
  const begin = nowMs()
  const common = sent[0]?.replace(/-0-$/, "-") ?? ""
  let missing = [...sent]
  const deadline = begin + returnLimitSeconds * 1000
  while (missing.length > 0 && nowMs() < deadline) {
    const lines = (await stored(bench, "haproxy", common)).join("\n")
    missing = sent.filter((mark) => !lines.includes(mark))
    if (missing.length > 0) await delay(1000)
  }
  return { missing, seconds: Math.round((nowMs() - begin) / 1000) }
}

/** Lines of a service that the store has, as a person asks for them. */
async function stored(bench: Workbench, service: string, text: string): Promise<string[]> {
  const what = ["--store", "--since", "1d", "--lines", "100000", "--grep", text]
  const result = await bench.quickcart("logs", bench.environment, service, ...what)
  if (result.exitCode !== 0) throw new Failure(`logs ${service}: ${result.stderr.trim()}`)
  return result.stdout.split("\n").filter(Boolean)
}

/** Swarm nodes whose shippers have not been heard of once the store is asked again. */
function silentHosts({ context, monitoring }: Trial): Promise<string[]> {
  const age = "time() - log_store_received_timestamp_seconds"
  return lookUntil(
    { deadlineSeconds: aliveSeconds, intervalMs: 2000 },
    async () => {
      const fresh = await monitoring.query(`${age} < ${aliveSeconds}`)
      const heard = fresh.map(({ labels }) => labels.host)
      return swarmHosts(context.fleet)
        .map(({ name }) => name)
        .filter((name) => !heard.includes(name))
    },
    (silent) => silent.length === 0,
  )
}

function hostOfStore({ fleet }: DrillContext): string {
  return fleet.hosts.filter(({ role }) => role === "manager").at(-1)?.name ?? ""
}

/** A volume outlives its service. */
async function removeVolumes(context: DrillContext): Promise<void> {
  for (const { name } of swarmHosts(context.fleet)) {
    await waitFor(`the volumes of ${name} to be free`, { deadlineSeconds: 60 }, async () => {
      const result = await inHost(context, name, ["docker", "volume", "rm", "--force", ...volumes])
      return result.exitCode === 0 ? true : undefined
    })
  }
}
