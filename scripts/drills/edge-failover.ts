import { setTimeout as delay } from "node:timers/promises"
import { memberService } from "../deploy/fleet-file.ts"
import { waitFor } from "../io/clock.ts"
import { run } from "../io/command.ts"
import type { Drill, DrillContext } from "./drill.ts"
import {
  awaitHealthy,
  hostContainer,
  inHost,
  powerOn,
  taskContainer,
  vipOwner,
} from "./fleet-access.ts"
import { startLoad } from "./load.ts"
import { distribution, type LoadSummary, summarise } from "./outage.ts"
import { atMost, type Measured } from "./report.ts"
import { mustApply, underLoad, withWorkbench } from "./under-load.ts"

const ratePerSecond = 100
/** How long the load runs before and after the fault, so that the silence has two ends. */
const marginMs = 3000
const medianGoalMs = 1000
const maxGoalMs = 2000

/** Kill the host that owns the VIP. */
export const vipHostLoss: Drill = {
  name: "vip-host-loss",
  summary:
    "kill the load balancer host that owns the VIP, ten times (3 in npm test), under 100 req/s",
  run: (context) =>
    repeat(context, context.thorough ? 10 : 3, async (owner) => {
      await run(["docker", "kill", hostContainer(context, owner)])
      return () => powerOn(context, owner)
    }),
}

/** Kill only HAProxy on the host that owns the VIP. */
export const haproxyLoss: Drill = {
  name: "haproxy-loss",
  summary: "kill HAProxy alone on the VIP's owner, ten times (3 in npm test), under 100 req/s",
  run: (context) =>
    repeat(context, context.thorough ? 10 : 3, async (owner) => {
      const id = await taskContainer(context, owner, memberService("haproxy", owner))
      await inHost(context, owner, ["docker", "kill", id])
      return async () => 0
    }),
}

/** A change that restarts HAProxy on every load balancer, so that the VIP has to move. */
export const vipHandOver: Drill = {
  name: "vip-hand-over",
  summary:
    "change edge.maxConnections under load: HAProxy restarts everywhere, the VIP moves (3 times; 1 in npm test)",
  run: (context) =>
    withWorkbench(context, async (bench) => {
      const loads: (LoadSummary & { owner: string; next: string })[] = []
      for (let i = 0; i < (context.thorough ? 3 : 1); i += 1) {
        const owner = await vipOwner(context)
        // Descriptors come in powers of two: only a large step needs another number of them.
        await bench.change("local", ["edge", "maxConnections"], i % 2 === 0 ? 4500 : 2000)
        const load = await underLoad(context, async () => void (await mustApply(bench)))
        loads.push({ ...load, owner, next: await vipOwner(context) })
      }
      return {
        parameters: { ratePerSecond },
        samples: loads.map(({ failed }) => failed),
        unit: "failed requests",
        bounds: [
          atMost(
            "failed requests",
            loads.reduce((sum, { failed }) => sum + failed, 0),
            0,
          ),
          atMost(
            "changes that left the VIP where it was",
            loads.filter(({ owner, next }) => owner === next).length,
            0,
          ),
        ],
        details: loads,
      }
    }),
}

/** Breaks something; what it returns repairs it and says how many host starts that took. */
type Fault = (owner: string) => Promise<() => Promise<number>>

async function repeat(context: DrillContext, times: number, fault: Fault): Promise<Measured> {
  const runs: (LoadSummary & { owner: string; next: string; hostStarts: number })[] = []
  for (let i = 0; i < times; i += 1) {
    await awaitHealthy(context)
    const result = await once(context, fault)
    runs.push(result)
    context.report(
      `${i + 1}/${times}: ${result.owner} -> ${result.next}, outage ${result.outageMs} ms, ${result.failed} of ${result.requests} failed ${JSON.stringify(result.failures)}`,
    )
  }
  await awaitHealthy(context)
  const samples = runs.map((result) => result.outageMs)
  const { median, max } = distribution(samples)
  return {
    parameters: { ratePerSecond, path: context.fleet.healthPath, connections: "one a request" },
    samples,
    unit: "ms",
    bounds: [
      atMost("median client-visible outage (ms)", median, medianGoalMs),
      atMost("longest client-visible outage (ms)", max, maxGoalMs),
    ],
    details: runs,
  }
}

async function once(context: DrillContext, fault: Fault) {
  const owner = await vipOwner(context)
  const load = await startLoad(context.fleet, context.state, {
    path: "/api/products",
    ratePerSecond,
    seconds: 60,
    timeoutMs: 3000,
    keepAlive: false,
  })
  await delay(marginMs)
  const repair = await fault(owner)
  const next = await waitFor(
    "another load balancer to take the VIP",
    { deadlineSeconds: 30 },
    async () => {
      const now = await vipOwner(context)
      return now === owner ? undefined : now
    },
  )
  await delay(marginMs)
  const samples = await load.stop()
  const hostStarts = await repair()
  return { owner, next, hostStarts, ...summarise(samples, ratePerSecond) }
}
