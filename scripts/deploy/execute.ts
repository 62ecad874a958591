import { setTimeout as delay } from "node:timers/promises"
import { nowMs } from "../io/clock.ts"
import { type Engine, filters } from "../io/engine.ts"
import { Failure, messageOf } from "../io/failure.ts"
import type { SwarmConnection } from "../io/swarm-connection.ts"
import { type Convergence, convergence } from "./converge.ts"
import { createObjects, removeNetworks } from "./create-objects.ts"
import type { Desired, DesiredService, Leader } from "./desired.ts"
import { describeFailure } from "./explain.ts"
import { leaderKinds, leadingHosts } from "./leaders.ts"
import { type HeldLock, LockLost } from "./lock.ts"
import { type Observed, observe } from "./observe.ts"
import type { Plan } from "./reconcile.ts"
import type { RegistryAccess } from "./registry-access.ts"
import type { Undo } from "./restore-sequence.ts"
import { type Batch, rollSequence, type ServiceOperation, wavesOf } from "./roll-sequence.ts"
import { rollBack } from "./rollback.ts"
import { type Sending, send } from "./send.ts"
import { sharing } from "./sharing.ts"
import { dropSnapshot, earliest, leftSnapshot, saveSnapshot } from "./snapshot.ts"
import { actorLabel, commitLabel, type SwarmTask } from "./swarm-types.ts"
import { tidy } from "./tidy.ts"

/** Told about each step, for progress lines. */
export type Report = (line: string) => void

/** Who changes the fleet to what; written to the labels of the services it sends. */
export interface Origin {
  commit: string
  actor: string
}

export interface Execution {
  report: Report
  /** Checked before every batch: without it somebody else may be changing the fleet. */
  lock: Pick<HeldLock, "check">
  origin: Origin
  /** For hosts that pull from a private registry. */
  registry?: RegistryAccess | undefined
}

const pollMs = 500
/** Longest watch over what Swarm does not watch itself: a new service has no update status. */
const mostWatchSeconds = 5

/**
 * Carries out a plan in its order and makes no decisions of its own. When a
 * wave does not converge, everything this run changed is put back, the last
 * wave first, and a Failure explains what happened.
 */
export async function execute(
  plan: Plan,
  desired: Desired,
  connection: SwarmConnection,
  { report, lock, origin, registry }: Execution,
): Promise<void> {
  const { engine } = connection
  await createObjects(plan, desired, engine)
  const sending = { labels: labelsOf(origin), registry, report }
  const undo = await leftSnapshot(engine)
  try {
    const all = wavesOf(plan)
    for (const [index, wave] of all.entries()) {
      report(`wave ${index + 1} of ${all.length}`)
      const leading = await leadingHosts(leadersOf(wave), connection)
      for (const batch of rollSequence(wave, leading)) {
        await lock.check()
        await prepareLeader(batch, connection, report)
        undo.splice(0, undo.length, ...earliest(undo, batch.operations.map(undoOf)))
        await saveSnapshot(engine, undo)
        await deployBatch(batch.operations, connection, sending)
        await settle(batch.operations, leading, connection)
      }
    }
  } catch (error) {
    if (error instanceof LockLost) throw error
    const reason = messageOf(error)
    report(`failed: ${reason.split("\n")[0]}`)
    await stopWithoutLock(lock)
    const { isComplete, outcome } = await rollBack(connection, undo, report)
    await removeNetworks(plan, engine)
    // What could not be put back is the next run's to put back, should it fail too.
    if (isComplete) await dropSnapshot(engine)
    throw new Failure(`${reason}\n${outcome}`)
  }
  await stopWithoutLock(lock)
  await dropSnapshot(engine)
  await tidy(plan, engine, report)
}

/** Throws a LockLost; that nobody answers is none, and what this run began is still its own. */
async function stopWithoutLock(lock: Pick<HeldLock, "check">): Promise<void> {
  try {
    await lock.check()
  } catch (error) {
    if (error instanceof LockLost) throw error
  }
}

/** A job cannot be undone; without it, the next apply runs it again. */
function undoOf(operation: ServiceOperation): Undo {
  const { name, wave, leader, host, deadlineSeconds, isJob } = operation.service
  const place = { name, wave, leader, host, deadlineSeconds }
  if (operation.kind === "create-service" || isJob) return { kind: "remove", ...place }
  return { kind: "restore", ...place, id: operation.live.ID, spec: operation.live.Spec }
}

function leadersOf(wave: ServiceOperation[]): Leader[] {
  const changed = wave.filter(({ kind }) => kind === "update-service")
  return changed.flatMap(({ service }) => service.leader ?? [])
}

async function prepareLeader(
  { operations, leading }: Batch<ServiceOperation>,
  connection: SwarmConnection,
  report: Report,
): Promise<void> {
  const [operation] = operations
  const leader = operation?.service.leader
  if (operation === undefined || leading === undefined || leader === undefined) return
  report(`${operation.service.name}: its host ${leading} leads, so it comes last`)
  await leaderKinds[leader].prepare(connection, leading, report)
}

/** Where nobody led before, the change may be what mends it, and nothing is waited for. */
async function settle(
  batch: ServiceOperation[],
  leading: ReadonlyMap<Leader, string | undefined>,
  connection: SwarmConnection,
): Promise<void> {
  for (const { kind, service } of batch) {
    const { leader, host } = service
    if (kind !== "update-service" || leader === undefined || host === undefined) continue
    if (leading.get(leader) !== undefined) await leaderKinds[leader].settle?.(connection, host)
  }
}

async function deployBatch(
  batch: ServiceOperation[],
  connection: SwarmConnection,
  sending: Sending,
): Promise<void> {
  const { report } = sending
  for (const { service, cause } of batch) report(`${service.name}: ${cause}`)
  const services = batch.map((operation) => operation.service)
  await send(services, connection, sending)
  const abort = new AbortController()
  const { engine } = connection
  // A dozen members start together, and each look reads the whole stack.
  const see = sharing(() => observe(engine))
  const awaited = services.map((service) =>
    awaitService({ engine, see }, service, report, abort.signal).catch((error) => {
      abort.abort()
      throw error
    }),
  )
  for (const outcome of await Promise.allSettled(awaited)) {
    if (outcome.status === "rejected" && outcome.reason !== aborted) throw outcome.reason
  }
}

function labelsOf({ commit, actor }: Origin): Record<string, string> {
  return { [commitLabel]: commit, [actorLabel]: actor }
}

/** Rejection of a wait that was given up because a sibling failed. */
const aborted = new Error("a sibling failed")

interface Sight {
  engine: Engine
  see: () => Promise<Observed>
}

async function awaitService(
  sight: Sight,
  service: DesiredService,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const start = nowMs()
  let convergedSince: number | undefined
  let last = ""
  for (;;) {
    if (signal.aborted) throw aborted
    const { verdict, settled } = await look(sight, service)
    if (verdict.state === "failed") {
      throw new Failure(await describeFailure(sight.engine, service.name, verdict.detail))
    }
    if (verdict.state === "converged") {
      convergedSince ??= nowMs()
      const watchSeconds = Math.min(service.monitorSeconds, mostWatchSeconds)
      if (settled || nowMs() - convergedSince >= watchSeconds * 1000) {
        report(
          `${service.name}: ${verdict.detail} after ${((nowMs() - start) / 1000).toFixed(1)} s`,
        )
        return
      }
    } else {
      convergedSince = undefined
    }
    if (verdict.detail !== last) report(`${service.name}: ${verdict.detail}`)
    last = verdict.detail
    if (nowMs() - start > service.deadlineSeconds * 1000) {
      const detail = `not converged after its deadline of ${service.deadlineSeconds} s (${verdict.detail})`
      throw new Failure(await describeFailure(sight.engine, service.name, detail))
    }
    await delay(pollMs)
  }
}

async function look(
  { engine, see }: Sight,
  service: DesiredService,
): Promise<{ verdict: Convergence; settled: boolean }> {
  const observed = await see()
  const live = observed.services.find((candidate) => candidate.Spec.Name === service.name)
  const query = filters({ service: [live?.ID ?? ""], "_up-to-date": ["true"] })
  const upToDate = live === undefined ? [] : await engine.get<SwarmTask[]>(`/tasks?${query}`)
  const tasks = observed.tasks.filter((task) => task.ServiceID === live?.ID)
  const ids = new Set(upToDate.map((task) => task.ID))
  return {
    verdict: convergence(service, live, tasks, ids, observed.nodes),
    settled: service.isJob || live?.UpdateStatus?.State === "completed",
  }
}
