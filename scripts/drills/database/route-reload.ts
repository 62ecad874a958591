import { setTimeout as delay } from "node:timers/promises"
import { hostsOf } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { nowMs, waitFor } from "../../io/clock.ts"
import { Failure } from "../../io/failure.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { inHost, taskContainer } from "../fleet-access.ts"
import { atMost, atMostTime } from "../report.ts"
import { awaitDatabase } from "./members.ts"
import { alwaysBounds, underProbe } from "./under-probe.ts"

/** A sixth of `hard-stop-after`, at which HAProxy cuts what goes through its old worker still. */
const leaveLimitSeconds = 10
/** From a reload on, so that what is cut at the hard stop is seen. */
const watchSeconds = 65

/** Each reload of HAProxy leaves its connections to a worker that is made to stop a minute later. */
export const routeReloaded: Drill = {
  name: "database-route-reloaded",
  environment: "local-data",
  summary:
    "reload the HAProxy between PgBouncer and the database: connections are replaced, none is cut",
  run: async (context) => {
    await awaitDatabase(context)
    const seconds: number[] = []
    const experience = await underProbe(context, async () => {
      for (const { name } of hostsOf(context.fleet, "app")) {
        seconds.push(await reload(context, name))
        context.report(`${name}: the old worker had ended after ${seconds.at(-1)} s`)
      }
      await delay(watchSeconds * 1000)
      return undefined
    })
    const { write, read, lost } = experience
    return {
      parameters: { statementsPerSecond: 10 },
      samples: seconds,
      unit: "s until the old worker had ended",
      bounds: [
        atMost("failed writes", write.failed, 0),
        atMost("failed reads", read.failed, 0),
        atMost("acknowledged writes that were lost", lost, 0),
        atMostTime(
          "longest time until an old worker had ended (s)",
          Math.max(...seconds),
          leaveLimitSeconds,
        ),
        ...alwaysBounds([experience]),
      ],
      details: experience,
    }
  },
}

/** Reloads as `database-route-config` does; seconds until the last connection had left the old worker. */
async function reload(context: DrillContext, host: string): Promise<number> {
  const id = await taskContainer(context, host, `${stackName}_database-route`)
  const processes = async () => {
    const { stdout } = await inHost(context, host, ["docker", "top", id, "-eo", "pid,comm"])
    return stdout.split("\n").filter((line) => /^\d+ +haproxy$/.test(line.trim())).length
  }
  const before = await processes()
  if (before === 0) throw new Failure(`${host}: no process of HAProxy is seen`)
  const command = ["docker", "exec", id, "/usr/local/libexec/reload-haproxy"]
  const result = await inHost(context, host, command)
  if (result.exitCode !== 0) throw new Failure(`${host}: ${result.stderr.trim()}`)
  const begin = nowMs()
  await waitFor("the old worker to end", { deadlineSeconds: 120, intervalMs: 200 }, async () =>
    (await processes()) <= before ? true : undefined,
  )
  return Math.round((nowMs() - begin) / 100) / 10
}
