import { setTimeout as delay } from "node:timers/promises"
import { hostsOf } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { inHost, taskContainer } from "../fleet-access.ts"
import { atMost, atMostTime, type Measured } from "../report.ts"
import type { ProbeResult } from "./ledger.ts"
import { startLocalWriter } from "./local-writer.ts"
import { awaitDatabase, awaitPrimary, inMember, sqlIn } from "./members.ts"
import { asked, between, cut, everything, towards } from "./network.ts"
import { alwaysBounds, underProbe, waitingBounds } from "./under-probe.ts"

/** More than the primary's lease: whoever cannot renew it has lost it. */
const longerThanLeaseMs = 40_000
/** How long Swarm may take to replace the tasks of a host that it finds again. */
const swarmReactsMs = 45_000
const settleMs = 5000
const failoverSeconds = 30
/** Acknowledged writes that asynchronous replication may lose: those of the last second. */
const lostAtMost = 10

/** The primary alone loses etcd: failsafe has to hold it. */
export const etcdCut: Drill = {
  name: "primary-cut-from-etcd",
  environment: "local-data",
  summary: "the primary cannot reach etcd for 40 s, the other members can: no outage",
  run: (context) =>
    isolate(context, { failovers: 0, outageSeconds: 1 }, async (primary) => {
      const heal = await cut(context, primary, towards(2379))
      await delay(longerThanLeaseMs)
      await heal()
    }),
}

/** Nobody has etcd: it lost its quorum. */
export const etcdQuorumLoss: Drill = {
  name: "etcd-quorum-loss",
  environment: "local-data",
  summary: "two of three etcd members are cut off for two minutes: writes go on, it heals alone",
  onlyThorough: true,
  run: (context) =>
    isolate(context, { failovers: 0, outageSeconds: 1 }, async () => {
      const heals: (() => Promise<void>)[] = []
      for (const { name } of hostsOf(context.fleet, "manager").slice(1)) {
        heals.push(await cutEtcd(context, name))
      }
      await delay(120_000)
      for (const heal of heals) await heal()
    }),
}

/** Cuts the etcd of a manager off from its clients and from the other members. */
export function cutEtcd(context: DrillContext, manager: string): Promise<() => Promise<void>> {
  const peers = hostsOf(context.fleet, "manager").map((host) => host.privateAddress)
  return cut(context, manager, [...asked(2379), ...between(peers, ["tcp 2380"])])
}

/** The primary's host hears nobody: it has to stop writing before another begins. */
export const primaryCutOff: Drill = {
  name: "primary-cut-off",
  environment: "local-data",
  summary: "the primary's host loses its network: read-only before the next primary writes",
  run: (context) =>
    isolate(context, { failovers: 1, outageSeconds: failoverSeconds }, async (primary) => {
      const writer = await startLocalWriter(context, primary)
      const heal = await cut(context, primary, everything)
      try {
        context.report(`${await awaitPrimary(context, primary)} took over`)
        await delay(settleMs)
      } finally {
        await heal()
      }
      return { [primary]: await writer.stop() }
    }),
}

/** Two members stop where they are, the primary among them, and go on later. */
export const membersFrozen: Drill = {
  name: "members-frozen",
  environment: "local-data",
  summary: "SIGSTOP of every process of the primary and of one replica, then SIGCONT",
  onlyThorough: true,
  run: (context) =>
    isolate(context, { failovers: 1, outageSeconds: failoverSeconds }, async (primary) => {
      const other = hostsOf(context.fleet, "database").find(({ name }) => name !== primary)
      const frozen = [primary, other?.name ?? ""]
      // All but the container's first process and the shell that asks.
      await Promise.all(frozen.map((host) => inMember(context, host, "kill -STOP -1")))
      try {
        // The primary's own watchdog ends it, so it may be the primary again as soon as it has started.
        await delay(longerThanLeaseMs)
      } finally {
        await Promise.all(frozen.map((host) => inMember(context, host, "kill -CONT -1")))
      }
    }),
}

/** Docker itself is restarted, and takes the primary's container with it. */
export const dockerRestarted: Drill = {
  name: "dockerd-restarted",
  environment: "local-data",
  summary: "dockerd of the primary's host is restarted: one failover at most",
  onlyThorough: true,
  run: (context) =>
    isolate(context, { failovers: 1, outageSeconds: failoverSeconds }, async (primary) => {
      await inHost(context, primary, ["sh", "-c", "kill $(cat /var/run/docker.pid)"])
      await delay(settleMs)
    }),
}

/** Swarm loses sight of the primary's host, which loses nothing else. */
export const managersUnseen: Drill = {
  name: "managers-unseen",
  environment: "local-data",
  summary: "no Swarm traffic between the primary's host and the managers: one failover at most",
  onlyThorough: true,
  run: (context) =>
    isolate(context, { failovers: 1, outageSeconds: failoverSeconds }, async (primary) => {
      const managers = hostsOf(context.fleet, "manager").map((host) => host.privateAddress)
      const swarm = ["tcp 2377", "tcp 7946", "udp 7946", "udp 4789"]
      const heal = await cut(context, primary, between(managers, swarm))
      // Three missed heartbeats of 5 s make a node `down`.
      await delay(longerThanLeaseMs)
      await heal()
      // Then it replaces the host's tasks, the primary's too: that is what writers may notice.
      await delay(swarmReactsMs)
    }),
}

/** PgBouncer of an app host dies. */
export const poolerKilled: Drill = local("pgbouncer-killed", "pgbouncer")
/** The HAProxy between PgBouncer and the database dies. */
export const routeKilled: Drill = local("database-route-killed", "database-route")

function local(name: string, service: string): Drill {
  return {
    name,
    environment: "local-data",
    summary: `docker kill of ${service} on an app host: back within 5 s`,
    run: (context) =>
      isolate(context, { failovers: 0, outageSeconds: 5, refuses: true }, async () => {
        const id = await taskContainer(context, "app-1", `${stackName}_${service}`)
        await inHost(context, "app-1", ["docker", "kill", id])
        await delay(settleMs * 2)
      }),
  }
}

/** What one isolation may cost. */
interface Allowed {
  failovers: number
  outageSeconds: number
  /** What clients connect to is broken itself, so they may be refused. */
  refuses?: true
}

/** Breaks and repairs; may return writes that it saw taken itself. */
type Isolation = (primary: string) => Promise<ProbeResult["direct"] | undefined>

async function isolate(
  context: DrillContext,
  allowed: Allowed,
  isolation: Isolation,
): Promise<Measured> {
  const before = await timeline(context)
  const experience = await underProbe(context, async () => {
    const seen = await isolation(before.primary)
    await awaitDatabase(context)
    return seen
  })
  const after = await timeline(context)
  const outage = Number((experience.write.outageMs / 1000).toFixed(2))
  return {
    parameters: { statementsPerSecond: 10 },
    samples: [outage],
    unit: "s without a write",
    bounds: [
      atMostTime("longest time without a write (s)", outage, allowed.outageSeconds),
      atMost("failovers", after.number - before.number, allowed.failovers),
      atMost("acknowledged writes that were lost", experience.lost, allowed.failovers * lostAtMost),
      ...(allowed.refuses === true ? [] : waitingBounds([experience])),
      ...alwaysBounds([experience]),
    ],
    details: { ...experience, from: before.primary, to: after.primary },
  }
}

/** The primary, and how many promotions there have been. */
export async function timeline(
  context: DrillContext,
): Promise<{ primary: string; number: number }> {
  const primary = await awaitDatabase(context)
  await sqlIn(context, primary, "checkpoint")
  const number = await sqlIn(context, primary, "select timeline_id from pg_control_checkpoint()")
  return { primary, number: Number(number) }
}
