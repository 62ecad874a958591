import { setTimeout as delay } from "node:timers/promises"
import { hostsOf } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { waitFor } from "../../io/clock.ts"
import { Failure } from "../../io/failure.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { inHost, taskContainer } from "../fleet-access.ts"
import { startLoad } from "../load.ts"
import { summarise } from "../outage.ts"
import { atMost, atMostTime } from "../report.ts"

const ratePerSecond = 50
const marginMs = 3000
const outageSeconds = 10
const spreadSeconds = 120

/** A master of the sessions cluster dies under visitors who fill carts. */
export const redisMasterKilled: Drill = {
  name: "redis-master-killed",
  environment: "local-data",
  summary: "docker kill of a master of the sessions: carts work again within 10 s, masters spread",
  run: async (context) => {
    await awaitSpread(context)
    const load = await startLoad(context.fleet, context.state, {
      path: "/api/cart",
      body: JSON.stringify({ productId: "kopi-gayo", quantity: 1 }),
      ratePerSecond,
      seconds: 300,
      timeoutMs: 3000,
      keepAlive: false,
    })
    await delay(marginMs)
    const [host] = hostsOf(context.fleet, "database")
    const master = await taskContainer(context, host?.name ?? "", member(1))
    await inHost(context, host?.name ?? "", ["docker", "kill", master])
    const killedAt = performance.now()
    await waitFor("another host to have two masters", { deadlineSeconds: 60 }, async () =>
      (await mastersByHost(context)).some((count) => count > 1) ? true : undefined,
    )
    await awaitSpread(context)
    const againSeconds = Math.round((performance.now() - killedAt) / 1000)
    await delay(marginMs)
    const summary = summarise(await load.stop(), ratePerSecond)
    const seconds = Number((summary.troubleMs / 1000).toFixed(1))
    context.report(
      `${summary.failed} of ${summary.requests} failed ${JSON.stringify(summary.failures)}`,
    )
    return {
      parameters: { ratePerSecond, path: "POST /api/cart" },
      samples: [seconds],
      unit: "s in which some carts failed",
      bounds: [
        atMostTime("time in which some carts failed (s)", seconds, outageSeconds),
        atMostTime("until three hosts had a master each again (s)", againSeconds, spreadSeconds),
        atMost("masters on one host at the end", Math.max(...(await mastersByHost(context))), 1),
      ],
      details: summary,
    }
  },
}

const member = (number: number) => `${stackName}_redis-sessions-${number}`

/** Masters of the sessions cluster on each database host, as a member that lives sees them. */
async function mastersByHost(context: DrillContext): Promise<number[]> {
  const hosts = hostsOf(context.fleet, "database")
  for (const [index, { name, privateAddress }] of hosts.entries()) {
    const id = await taskContainer(context, name, member(index + 1)).catch(() => undefined)
    if (id === undefined) continue
    const ask = ["/usr/local/libexec/redis-command", `${privateAddress}:6379`, "cluster", "nodes"]
    const { exitCode, stdout } = await inHost(context, name, ["docker", "exec", id, ...ask])
    if (exitCode !== 0) continue
    const masters = stdout
      .split("\n")
      .filter((line) => /\bmaster\b/.test(line) && !/fail/.test(line))
    return hosts.map(
      (host) => masters.filter((line) => line.includes(` ${host.privateAddress}:`)).length,
    )
  }
  throw new Failure("no member of the sessions cluster answers")
}

/** Waits until each host has one master of the sessions: every member is there and has its copy. */
export function awaitSpread(context: DrillContext): Promise<true> {
  const options = { deadlineSeconds: spreadSeconds * 2, intervalMs: 1000 }
  return waitFor("three hosts to have a master each", options, async () => {
    const counts = await mastersByHost(context)
    return counts.every((count) => count === 1) ? true : undefined
  })
}
