import { setTimeout as delay } from "node:timers/promises"
import { nowMs, waitFor } from "../../io/clock.ts"
import { run } from "../../io/command.ts"
import { Failure } from "../../io/failure.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { awaitHealthy, hostContainer, powerOn } from "../fleet-access.ts"
import { atMost, type Measured } from "../report.ts"
import { mustApply, withWorkbench } from "../under-load.ts"
import { leadFromSecondManager } from "./etcd-leader.ts"
import { type Loss, type Outage, outageBounds, worstCases } from "./failover-bounds.ts"
import { awaitDatabase, awaitPrimary, inMember, sqlIn } from "./members.ts"
import { type Rejoin, rejoins } from "./rejoin.ts"
import { alwaysBounds, type Experience, sum, underProbe, waitingBounds } from "./under-probe.ts"

/** Acknowledged writes that asynchronous replication may lose: those of the last second. */
const lostAtMost = 10

/** The primary's host loses its power, in every second run together with the manager that leads etcd. */
export const primaryHostLoss: Drill = {
  name: "primary-host-loss",
  environment: "local-data",
  summary:
    "kill the host of the primary, ten times (once in npm test), in every second run etcd's leader too, under writes and reads",
  run: (context) =>
    repeat(
      context,
      { times: context.thorough ? 10 : 1, lostAtMost, everySecondWithEtcd: true },
      (primary, etcdLeader) => loseHosts(context, primary, etcdLeader),
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
      return repeat(context, { times: 3, lostAtMost: 0 }, async (primary) => {
        await awaitQuorum(context, primary)
        return loseHosts(context, primary)
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

/** Kills hosts at one moment, the primary's first, and waits for the next primary. */
export async function loseHosts(
  context: DrillContext,
  primary: string,
  etcdLeader?: string,
): Promise<Broken> {
  const lost = etcdLeader === undefined ? [primary] : [primary, etcdLeader]
  const repair = async () => {
    await run(["docker", "start", ...lost.map((host) => hostContainer(context, host))])
    for (const host of lost) await powerOn(context, host)
  }
  await run(["docker", "kill", ...lost.map((host) => hostContainer(context, host))])
  try {
    const to = await awaitPrimary(context, primary)
    await delay(marginMs)
    return { to, loss: etcdLeader === undefined ? "host" : "host and etcd's leader", repair }
  } catch (error) {
    await repair()
    throw error
  }
}

/** The postmaster dies; Patroni lets it recover, or hands over. */
export const postmasterKilled: Drill = {
  name: "postmaster-killed",
  environment: "local-data",
  summary: "kill -9 of the primary's postmaster",
  run: (context) =>
    repeat(context, { times: 1, lostAtMost }, async (primary) => {
      const kill = "kill -9 $(head -n 1 /var/lib/postgresql/17/main/postmaster.pid)"
      await inMember(context, primary, kill)
      return byItself
    }),
}

/** Patroni dies, and PostgreSQL with it: Swarm starts both again. */
export const patroniKilled: Drill = {
  name: "patroni-killed",
  environment: "local-data",
  summary: "kill -9 of the primary's Patroni, with which the container ends",
  run: (context) =>
    repeat(context, { times: 1, lostAtMost }, async (primary) => {
      // The first process watches over Patroni, its child.
      const result = await inMember(context, primary, "kill -9 $(pgrep -o -P 1 -f patroni)")
      if (result.exitCode !== 0) throw new Failure(`${primary}: ${result.stderr.trim()}`)
      return byItself
    }),
}

const marginMs = 5000

/** What is broken, and how it is mended when it does not mend itself. */
export interface Broken {
  /** The primary then. */
  to: string
  loss: Loss
  repair(): Promise<void>
}

const byItself: Broken = { to: "whoever", loss: "process", repair: async () => {} }

/** Breaks something at the primary, and at the host that leads etcd when it is given. */
type Fault = (primary: string, etcdLeader?: string) => Promise<Broken>

interface Repetitions {
  times: number
  /** Acknowledged writes that each may lose. */
  lostAtMost: number
  /** Whether every second one is told who leads etcd. */
  everySecondWithEtcd?: true
}

/** One repetition. */
interface Failover extends Experience, Outage {
  from: string
  to: string
  wholeAgainSeconds: number
  rejoined: Rejoin | undefined
  /** Members that had to be copied anew. */
  copied: string[]
}

async function failOver(
  context: DrillContext,
  fault: (primary: string) => Promise<Broken>,
): Promise<Failover> {
  const from = await awaitDatabase(context)
  const sinceMs = nowMs()
  let broken = byItself
  let wholeAgainSeconds = 0
  const experience = await underProbe(context, async () => {
    broken = await fault(from)
    const start = performance.now()
    await broken.repair()
    await delay(marginMs)
    await awaitDatabase(context)
    wholeAgainSeconds = Math.round((performance.now() - start) / 1000)
  })
  const { to, loss } = broken
  const outageSeconds = Number((experience.write.outageMs / 1000).toFixed(2))
  const back = await rejoins(context, sinceMs)
  const copied = Object.keys(back).filter((host) => back[host] === "copied")
  return {
    ...experience,
    from,
    to,
    loss,
    outageSeconds,
    wholeAgainSeconds,
    rejoined: back[from],
    copied,
  }
}

async function repeat(
  context: DrillContext,
  { times, lostAtMost, everySecondWithEtcd }: Repetitions,
  fault: Fault,
): Promise<Measured> {
  const runs: Failover[] = []
  for (let time = 0; time < times; time += 1) {
    // Managers too: one that was lost the last time must not be missing in the next quorum.
    await awaitHealthy(context)
    const withEtcd = everySecondWithEtcd === true && time % 2 === 1
    const etcdLeader = withEtcd ? await leadFromSecondManager(context) : undefined
    const one = await failOver(context, (primary) => fault(primary, etcdLeader))
    runs.push(one)
    context.report(
      `${time + 1}/${times}: ${one.from} -> ${one.to}, whole again after ${one.wholeAgainSeconds} s, ${one.from} ${one.rejoined}`,
    )
  }
  const rejoined = runs.map((one) => one.rejoined)
  const count = (kind: Rejoin) => rejoined.filter((one) => one === kind).length
  return {
    parameters: { statementsPerSecond: 10, times },
    samples: runs.map(({ outageSeconds }) => outageSeconds),
    unit: "s without a write",
    bounds: [
      ...outageBounds(runs, worstCases(context.repository, context.fleet.environment)),
      atMost(
        "acknowledged writes that were lost",
        sum(runs.map(({ lost }) => lost)),
        lostAtMost * times,
      ),
      ...waitingBounds(runs),
      atMost(
        `members copied anew (old primaries: ${count("followed")} followed, ${count("rewound")} rewound)`,
        sum(runs.map(({ copied }) => copied.length)),
        0,
      ),
      ...alwaysBounds(runs),
    ],
    details: runs,
  }
}
