import { spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { setTimeout as delay } from "node:timers/promises"
import { observe } from "../deploy/observe.ts"
import { nowMs } from "../io/clock.ts"
import { connectSwarm } from "../io/swarm-connection.ts"
import { applyPhase } from "./apply-phase.ts"
import type { Drill, DrillContext } from "./drill.ts"
import type { LoadSummary } from "./outage.ts"
import { atMost } from "./report.ts"
import { seeded, stratified } from "./seeded.ts"
import {
  difference,
  mustApply,
  ratePerSecond,
  specHashes,
  underLoad,
  withWorkbench,
} from "./under-load.ts"
import type { Workbench } from "./workbench.ts"

const thoroughKills = 20
const quickKills = 1
/** An apply that ends before its kill shows that it is shorter than the measured one: once more. */
const triesForEachKill = 3
const killSeed = 20_261_122
/** Kept unused generations of each config and secret (scripts/deploy/reconcile.ts). */
const generationsKept = 2

/** The CLI dies at any moment of a change of several services. */
export const applyKilled: Drill = {
  name: "apply-killed",
  summary:
    "SIGKILL apply at seeded moments over the whole of a change of three services, under load (20 times; 1 in npm test)",
  run: (context) =>
    withWorkbench(context, async (bench) => {
      const kills = context.thorough ? thoroughKills : quickKills
      const loads: LoadSummary[] = []
      const hits: Hit[] = []
      const repairSeconds: number[] = []
      let unequal = 0
      await changeThree(bench)
      const undisturbedMs = (await timedApply(bench)) * 1000
      let lengthMs = undisturbedMs
      context.report(`undisturbed, it takes ${undisturbedMs} ms; kills are drawn over all of it`)
      for (const moment of stratified(seeded(killSeed), kills)) {
        let hit: Hit | undefined
        const load = await underLoad(context, async () => {
          for (let left = triesForEachKill; hit === undefined && left > 0; left -= 1) {
            await changeThree(bench)
            const afterMs = Math.round(moment * lengthMs)
            const killed = await killedApply(bench, afterMs)
            if (killed.hit) hit = { afterMs, phase: applyPhase(killed.said) }
            else lengthMs = killed.lengthMs
          }
          const start = nowMs()
          await mustApply(bench)
          repairSeconds.push(Number(((nowMs() - start) / 1000).toFixed(1)))
        })
        loads.push(load)
        const again = JSON.parse((await mustApply(bench, "--json")).stdout)
        unequal += again.operations.length > 0 ? 1 : 0
        if (hit !== undefined) hits.push(hit)
        context.report(
          `${repairSeconds.length}/${kills}: killed after ${hit?.afterMs} ms (${hit?.phase}), repaired in ${repairSeconds.at(-1)} s`,
        )
      }
      const orphans = await generationsAbove(context, generationsKept)
      return {
        parameters: { kills, seed: killSeed, ratePerSecond, undisturbedMs },
        samples: repairSeconds,
        unit: "s",
        bounds: [
          atMost(
            "failed requests",
            loads.reduce((sum, load) => sum + load.failed, 0),
            0,
          ),
          atMost("kills that came after the end of the apply", kills - hits.length, 0),
          atMost("states unlike git after the next apply", unequal, 0),
          atMost("configs and secrets beyond the kept generations", orphans, 0),
        ],
        details: { hits, loads },
      }
    }),
}

/** The second of three waves fails because of a fault in the generator. */
export const waveFailure: Drill = {
  name: "wave-failure",
  summary: "a file that HAProxy refuses in wave 2 of 3: waves 1 and 2 go back, wave 3 never starts",
  run: (context) =>
    withWorkbench(context, async (bench) => {
      const before = await specHashes(context)
      let said = ""
      let exitCode = 0
      const load = await underLoad(context, async () => {
        edit(
          bench,
          "generators/haproxy/haproxy.cfg.hbs",
          "\nbackend app\n",
          "\nbackend app\n  no-such-keyword\n",
        )
        edit(
          bench,
          "generators/keepalived/keepalived.conf.hbs",
          "nopreempt",
          "nopreempt\n  # changed",
        )
        await bench.change("local", ["app", "environment"], { GREETING: "wave" })
        const result = await bench.quickcart("apply", "local")
        exitCode = result.exitCode
        said = result.stderr
      })
      context.report(said)
      const thirdWave = said.includes("quickcart_keepalived-config") ? 1 : 0
      const parts = ["quickcart_haproxy-config", "no-such-keyword", "Rolled back"]
      return {
        parameters: { ratePerSecond },
        samples: [load.failed],
        unit: "failed requests",
        bounds: [
          atMost("failed requests", load.failed, 0),
          atMost("exit codes other than 1", exitCode === 1 ? 0 : 1, 0),
          atMost("services of wave 3 that were touched", thirdWave, 0),
          atMost(
            "services not on their previous definition",
            difference(before, await specHashes(context)),
            0,
          ),
          atMost(
            "parts of the explanation missing",
            parts.filter((part) => !said.includes(part)).length,
            0,
          ),
        ],
        details: { load, said },
      }
    }),
}

/** Every service changes, and a revert brings all back. */
export const revertFive: Drill = {
  name: "revert-five",
  onlyThorough: true,
  summary:
    "change five services and more, then git revert: how long each takes, same hashes as before",
  run: (context) =>
    withWorkbench(context, async (bench) => {
      const before = await specHashes(context)
      edit(
        bench,
        "generators/keepalived/service.ts",
        'stop_grace_period: "5s"',
        'stop_grace_period: "6s"',
      )
      edit(
        bench,
        "generators/keepalived/keepalived.conf.hbs",
        "nopreempt",
        "nopreempt\n  # changed",
      )
      edit(
        bench,
        "generators/app/service.ts",
        "PORT: String",
        'GREETING: "five",\n      PORT: String',
      )
      await bench.change("local", ["edge", "maxConnections"], 4500)
      const forward = await timedApply(bench)
      const changed = difference(before, await specHashes(context))
      await bench.git("revert", "--no-edit", "HEAD")
      const back = await timedApply(bench)
      const left = difference(before, await specHashes(context))
      return {
        parameters: { services: changed },
        samples: [forward, back],
        unit: "s (forward, revert)",
        bounds: [
          atMost("services short of five that changed at first", Math.max(0, 5 - changed), 0),
          atMost("spec hashes that the revert did not restore", left, 0),
          atMost(
            "revert time over forward time, in percent",
            Math.round((back / forward) * 100),
            150,
          ),
        ],
      }
    }),
}

/** What apply's own checks cost over Docker's command. */
export const applyOverhead: Drill = {
  name: "apply-overhead",
  onlyThorough: true,
  summary: "apply of a one-service change against a bare docker stack deploy --detach=false of it",
  run: (context) =>
    withWorkbench(context, async (bench) => {
      const ours: number[] = []
      const bare: number[] = []
      for (let i = 0; i < 3; i += 1) {
        await bench.change("local", ["app", "environment"], { GREETING: `ours-${i}` })
        ours.push(await timedApply(bench))
        bare.push(await bareDeploy(context, bench, `bare-${i}`))
      }
      const ratio = median(ours) / median(bare)
      return {
        parameters: { repetitions: 3 },
        samples: ours.map((seconds, i) => Math.round((seconds / (bare[i] ?? seconds)) * 100)),
        unit: "% of the bare deploy",
        bounds: [
          atMost("median apply over median bare deploy, in percent", Math.round(ratio * 100), 120),
        ],
        details: { oursSeconds: ours, bareSeconds: bare },
      }
    }),
}

/** A kill that hit a running apply, and where that was by its own words. */
interface Hit {
  afterMs: number
  phase: string
}

/** The app and both config services: nothing that has to move the VIP. Each call is another change. */
async function changeThree(bench: Workbench): Promise<void> {
  const count = changes++
  await bench.change("local", ["app", "environment"], { GREETING: `kill-${count}` })
  await bench.change("local", ["edge", "timeouts"], { queue: count % 2 === 0 ? "4s" : "3s" })
  const advertInterval = count % 2 === 0 ? "210ms" : "200ms"
  await bench.change("local", ["edge", "vrrp", "advertInterval"], advertInterval)
}

let changes = 0

interface KilledApply {
  /** It was killed while it ran. */
  hit: boolean
  /** Until it ended, by itself or not. */
  lengthMs: number
  said: string
}

async function killedApply(bench: Workbench, afterMs: number): Promise<KilledApply> {
  const start = nowMs()
  const child = spawn(process.execPath, ["scripts/quickcart.js", "apply", "local"], {
    cwd: bench.directory,
    stdio: ["ignore", "ignore", "pipe"],
  })
  const said = text(child.stderr)
  const closed = new Promise((resolve) => child.once("close", resolve))
  await Promise.race([closed, delay(afterMs)])
  const hit = child.exitCode === null
  child.kill("SIGKILL")
  await closed
  return { hit, lengthMs: nowMs() - start, said: await said }
}

async function timedApply(bench: Workbench): Promise<number> {
  const start = nowMs()
  await mustApply(bench)
  return Number(((nowMs() - start) / 1000).toFixed(1))
}

/** The live definition with one variable changed, sent as Docker's users would. */
async function bareDeploy(context: DrillContext, bench: Workbench, value: string): Promise<number> {
  await bench.change("local", ["app", "environment"], { GREETING: value })
  const stack = readFileSync(join(bench.directory, "stacks", "local", "app.stack.yaml"), "utf8")
  const connection = await connectSwarm(context.fleet, context.state)
  try {
    const start = nowMs()
    await connection.remote.exec(
      connection.manager(),
      "docker stack deploy --compose-file - --resolve-image always --detach=false quickcart",
      { input: stack },
    )
    return Number(((nowMs() - start) / 1000).toFixed(1))
  } finally {
    await connection.close()
  }
}

/** Objects of our namespace that no service uses, above the number that is kept of each. */
async function generationsAbove(context: DrillContext, kept: number): Promise<number> {
  const connection = await connectSwarm(context.fleet, context.state)
  try {
    const { services, configs, secrets } = await observe(connection.engine)
    const used = new Set(
      services.flatMap(({ Spec, PreviousSpec }) =>
        [Spec, PreviousSpec].flatMap((spec) => [
          ...(spec?.TaskTemplate.ContainerSpec.Configs ?? []).map((config) => config.ConfigName),
          ...(spec?.TaskTemplate.ContainerSpec.Secrets ?? []).map((secret) => secret.SecretName),
        ]),
      ),
    )
    const unused = [...configs, ...secrets].filter((object) => !used.has(object.Spec.Name))
    const groups = Map.groupBy(unused, (object) => object.Spec.Name.replace(/_[0-9a-f]+$/, ""))
    return [...groups.values()].reduce((sum, group) => sum + Math.max(0, group.length - kept), 0)
  } finally {
    await connection.close()
  }
}

function edit(bench: Workbench, file: string, from: string, to: string): void {
  const path = join(bench.directory, file)
  const text = readFileSync(path, "utf8")
  if (!text.includes(from)) throw new Error(`${file} does not contain ${JSON.stringify(from)}`)
  writeFileSync(path, text.replace(from, to))
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
