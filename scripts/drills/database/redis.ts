import { setTimeout as delay } from "node:timers/promises"
import { waitFor } from "../../io/clock.ts"
import { run } from "../../io/command.ts"
import { Failure } from "../../io/failure.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { awaitHealthy, hostContainer, inHost, powerOn, taskContainer } from "../fleet-access.ts"
import { fillCarts, startLoad } from "../load.ts"
import { type LoadSummary, summarise } from "../outage.ts"
import { atMost, atMostTime, type Measured } from "../report.ts"
import { awaitReplica } from "./members.ts"
import {
  allMastersByHost,
  awaitSpread,
  masterMember,
  mastersOf,
  mastersOn,
  redisHosts,
  redisMember,
  spreadSeconds,
} from "./redis-masters.ts"
import { alwaysBounds, underProbe } from "./under-probe.ts"

const ratePerSecond = 50
const marginMs = 3000
const outageSeconds = 10

/** A master of the sessions cluster dies under visitors who fill carts. */
export const redisMasterKilled: Drill = {
  name: "redis-master-killed",
  environment: "local-data",
  summary: "docker kill of a master of the sessions: carts work again within 10 s, masters spread",
  run: async (context) => {
    await awaitSpread(context)
    let againSeconds = 0
    const summary = await underCarts(context, async () => {
      await killMaster(context)
      const killedAt = performance.now()
      await waitFor("another host to have two masters", { deadlineSeconds: 60 }, async () =>
        (await sessionsByHost(context)).some((count) => count > 1) ? true : undefined,
      )
      await awaitSpread(context)
      againSeconds = secondsSince(killedAt)
    })
    return measured(context, summary, againSeconds)
  },
}

async function killMaster(context: DrillContext): Promise<void> {
  const hosts = redisHosts(context)
  const [host] = hosts
  if (host === undefined) throw new Failure("there is no host of Redis")
  const number = masterMember("sessions", hosts, host, await mastersOf(context, "sessions"))
  if (number === undefined) throw new Failure(`${host.name} has no master of the sessions`)
  const id = await taskContainer(context, host.name, redisMember("sessions", number))
  await inHost(context, host.name, ["docker", "kill", id])
}

/** A third of both clusters is gone at once, and comes back later than others took over. */
export const redisHostLoss: Drill = {
  name: "redis-host-loss",
  environment: "local-data",
  summary:
    "kill a host with a master of each Redis Cluster (and a replica of the database): carts work again within 10 s, masters spread after its return",
  run: async (context) => {
    await awaitHealthy(context)
    await awaitSpread(context)
    const host = await awaitReplica(context)
    let againSeconds = 0
    let summary = summarise([], ratePerSecond)
    const experience = await underProbe(context, async () => {
      summary = await underCarts(context, async () => {
        await loseHost(context, host)
        const backAt = performance.now()
        await awaitSpread(context)
        againSeconds = secondsSince(backAt)
      })
      return undefined
    })
    await awaitHealthy(context)
    const { bounds, ...rest } = await measured(context, summary, againSeconds, { host })
    return {
      ...rest,
      bounds: [
        ...bounds,
        atMost("failed writes of the database", experience.write.failed, 0),
        ...alwaysBounds([experience]),
      ],
    }
  },
}

/** Kills a host, waits until the others have all masters, and starts it again. */
async function loseHost(context: DrillContext, host: string): Promise<void> {
  await run(["docker", "kill", hostContainer(context, host)])
  try {
    const lost = redisHosts(context).findIndex(({ name }) => name === host)
    const count = redisHosts(context).length
    await waitFor("the other hosts to have all masters", { deadlineSeconds: 60 }, async () => {
      const counts = await allMastersByHost(context)
      const gone = counts.every((some, index) => index % count !== lost || some === 0)
      const whole = counts.reduce((total, some) => total + some, 0) === counts.length
      return gone && whole ? true : undefined
    })
    await delay(marginMs)
  } finally {
    await powerOn(context, host)
  }
}

/** Does something under visitors who fill carts. */
async function underCarts(context: DrillContext, body: () => Promise<void>): Promise<LoadSummary> {
  const load = await startLoad(context.fleet, context.state, {
    ...fillCarts,
    ratePerSecond,
    seconds: 600,
    timeoutMs: 3000,
  })
  try {
    await delay(marginMs)
    await body()
    await delay(marginMs)
  } finally {
    await load.stop().catch(() => [])
  }
  const summary = summarise(await load.stop(), ratePerSecond)
  context.report(
    `${summary.failed} of ${summary.requests} failed ${JSON.stringify(summary.failures)}`,
  )
  return summary
}

async function measured(
  context: DrillContext,
  summary: LoadSummary,
  againSeconds: number,
  parameters: Record<string, unknown> = {},
): Promise<Measured> {
  const seconds = Number((summary.troubleMs / 1000).toFixed(1))
  return {
    parameters: { ratePerSecond, path: "POST /api/cart", ...parameters },
    samples: [seconds],
    unit: "s in which some carts failed",
    bounds: [
      atMostTime("time in which some carts failed (s)", seconds, outageSeconds),
      atMostTime("until three hosts had a master each again (s)", againSeconds, spreadSeconds),
      atMost(
        "masters of one cluster on one host at the end",
        Math.max(...(await allMastersByHost(context))),
        1,
      ),
    ],
    details: summary,
  }
}

async function sessionsByHost(context: DrillContext): Promise<number[]> {
  return mastersOn(redisHosts(context), await mastersOf(context, "sessions"))
}

const secondsSince = (startMs: number) => Math.round((performance.now() - startMs) / 1000)
