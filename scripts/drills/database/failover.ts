import { setTimeout as delay } from "node:timers/promises"
import { memberService } from "../../deploy/fleet-file.ts"
import { waitFor } from "../../io/clock.ts"
import { run } from "../../io/command.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { hostContainer, inHost, taskContainer } from "../fleet-access.ts"
import { atMost, atMostTime, type Measured } from "../report.ts"
import { mustApply, withWorkbench } from "../under-load.ts"
import { awaitDatabase, awaitPrimary, inMember, sqlIn } from "./members.ts"
import { alwaysBounds, type Experience, sum, underProbe } from "./under-probe.ts"

/** Longest write outage after the loss of the primary, its host or its postmaster, as the issue of this tier has it. */
const failoverSeconds = 30
/** Acknowledged writes that asynchronous replication may lose: those of the last second. */
const lostAtMost = 10

/** The primary's host loses its power. */
export const primaryHostLoss: Drill = {
  name: "primary-host-loss",
  environment: "local-data",
  summary: "kill the host of the primary, ten times (once in npm test), under writes and reads",
  run: (context) =>
    repeat(context, context.thorough ? 10 : 1, { failoverSeconds, lostAtMost }, (primary) =>
      loseHost(context, primary),
    ),
}

/** The same with `database.replication: quorum`, which may lose nothing. */
export const quorumHostLoss: Drill = {
  name: "quorum-host-loss",
  environment: "local-data",
  summary: "replication: quorum, then kill the host of the primary three times: RPO 0",
  onlyThorough: true,
  run: (context) =>
    withWorkbench(context, async (bench) => {
      await bench.change(bench.environment, ["database", "replication"], "quorum")
      await mustApply(bench)
      return repeat(context, 3, { failoverSeconds, lostAtMost: 0 }, async (primary) => {
        await awaitQuorum(context, primary)
        return loseHost(context, primary)
      })
    }),
}

/** Patroni sets it in its next rounds: until then the primary commits alone. */
function awaitQuorum(context: DrillContext, primary: string): Promise<true> {
  return waitFor("commits to need a quorum", { deadlineSeconds: 60 }, async () => {
    const names = await sqlIn(context, primary, "show synchronous_standby_names")
    return names.startsWith("ANY ") ? true : undefined
  })
}

async function loseHost(context: DrillContext, primary: string): Promise<string> {
  await run(["docker", "kill", hostContainer(context, primary)])
  try {
    const next = await awaitPrimary(context, primary)
    await delay(marginMs)
    return next
  } finally {
    await run(["docker", "start", hostContainer(context, primary)])
  }
}

/** The postmaster dies; Patroni lets it recover, or hands over. */
export const postmasterKilled: Drill = {
  name: "postmaster-killed",
  environment: "local-data",
  summary: "kill -9 of the primary's postmaster",
  run: (context) =>
    repeat(context, 1, { failoverSeconds: failoverSeconds, lostAtMost }, async (primary) => {
      await inMember(
        context,
        primary,
        "kill -9 $(head -n 1 /var/lib/postgresql/17/main/postmaster.pid)",
      )
      return "whoever"
    }),
}

/** Patroni dies, and PostgreSQL with it: Swarm starts both again. */
export const patroniKilled: Drill = {
  name: "patroni-killed",
  environment: "local-data",
  summary: "kill -9 of the primary's Patroni, with which the container ends",
  run: (context) =>
    repeat(context, 1, { failoverSeconds, lostAtMost }, async (primary) => {
      const id = await taskContainer(context, primary, memberService("patroni", primary))
      await inHost(context, primary, ["docker", "kill", "--signal", "KILL", id])
      return "whoever"
    }),
}

const marginMs = 5000

/** Breaks something at the primary, and returns who is the primary then. */
type Fault = (primary: string) => Promise<string>

async function repeat(
  context: DrillContext,
  times: number,
  allowed: { failoverSeconds: number; lostAtMost: number },
  fault: Fault,
): Promise<Measured> {
  const runs: (Experience & { from: string; to: string; wholeAgainSeconds: number })[] = []
  for (let i = 0; i < times; i += 1) {
    const from = await awaitDatabase(context)
    let to = ""
    let wholeAgainSeconds = 0
    const experience = await underProbe(context, async () => {
      to = await fault(from)
      const start = performance.now()
      await delay(marginMs)
      await awaitDatabase(context)
      wholeAgainSeconds = Math.round((performance.now() - start) / 1000)
    })
    runs.push({ ...experience, from, to, wholeAgainSeconds })
    context.report(`${i + 1}/${times}: ${from} -> ${to}, whole again after ${wholeAgainSeconds} s`)
  }
  const outages = runs.map(({ write }) => Number((write.outageMs / 1000).toFixed(1)))
  return {
    parameters: { statementsPerSecond: 10, times },
    samples: outages,
    unit: "s without a write",
    bounds: [
      atMostTime("longest time without a write (s)", Math.max(...outages), allowed.failoverSeconds),
      atMost(
        "acknowledged writes that were lost",
        sum(runs.map(({ lost }) => lost)),
        allowed.lostAtMost * times,
      ),
      ...alwaysBounds(runs),
    ],
    details: runs,
  }
}
