import { spawn } from "node:child_process"
import { join } from "node:path"
import { openDatabase } from "../../db/access.ts"
import { databaseHealth } from "../../db/health.ts"
import { waitFor } from "../../io/clock.ts"
import { Failure } from "../../io/failure.ts"
import { openRemote } from "../../io/ssh.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { atMost, atMostTime } from "../report.ts"
import { awaitDatabase } from "./members.ts"
import { alwaysBounds, underProbe } from "./under-probe.ts"

/** What `quickcart db switchover` says when every PgBouncer is paused, and nothing else has begun. */
const holding = "poolers hold their queries"

/** A hold ends 5 s before queries would fail (`queryWaitTimeout`, 60 s). */
const longestHoldSeconds = 55
/** One look of the guard at what a dead process left paused. */
const tidySeconds = 15

/** The command of a planned switchover dies at its worst moment: RESUME all the same. */
export const switchoverKilled: Drill = {
  name: "switchover-killed",
  environment: "local-data",
  summary:
    "SIGKILL of quickcart db switchover while all queries are held: they go on, without an error",
  onlyThorough: true,
  run: async (context) => {
    await awaitDatabase(context)
    const experience = await underProbe(context, async () => {
      await killWhileHolding(context)
      await awaitNothingHeld(context)
    })
    const stall = Number((experience.write.outageMs / 1000).toFixed(2))
    return {
      parameters: { statementsPerSecond: 10 },
      samples: [stall],
      unit: "s without a write",
      bounds: [
        atMost("failed writes", experience.write.failed, 0),
        atMost("failed reads", experience.read.failed, 0),
        atMost("acknowledged writes that were lost", experience.lost, 0),
        atMostTime("longest time without a write (s)", stall, longestHoldSeconds + tidySeconds),
        ...alwaysBounds([experience]),
      ],
      details: experience,
    }
  },
}

/** Starts a switchover and kills it, and the connections that it opened, once it holds all queries. */
async function killWhileHolding({ repository, fleet, report }: DrillContext): Promise<void> {
  const program = join(repository, "scripts", "quickcart.js")
  const child = spawn(process.execPath, [program, "db", "switchover", fleet.environment], {
    // A group of its own, for its SSH connections to die with it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  })
  let said = ""
  const held = new Promise<boolean>((resolve) => {
    const hear = (part: Buffer) => {
      said += part
      if (said.includes(holding)) resolve(true)
    }
    child.stdout.on("data", hear)
    child.stderr.on("data", hear)
    child.once("close", () => resolve(false))
  })
  if (!(await held) || child.pid === undefined) {
    throw new Failure(`the switchover ended before it held anything: ${said.trim()}`)
  }
  process.kill(-child.pid, "SIGKILL")
  report(`killed while ${holding}`)
}

/** Waits until every PgBouncer lets queries through and all members are as they should be. */
async function awaitNothingHeld(context: DrillContext): Promise<void> {
  const remote = openRemote(context.fleet, context.state)
  try {
    const deadlineSeconds = longestHoldSeconds + 2 * tidySeconds
    await waitFor("queries to be let go", { deadlineSeconds }, async () => {
      const { faults } = await databaseHealth(openDatabase(context.fleet, remote))
      if (faults.length > 0) throw new Failure(faults.join("; "))
      return true
    })
  } finally {
    await remote.close()
  }
}
