import { nowMs, waitFor } from "../io/clock.ts"
import { type Engine, EngineFailure, filters } from "../io/engine.ts"
import { Failure, messageOf } from "../io/failure.ts"
import type { SwarmConnection } from "../io/swarm-connection.ts"
import { updateSpec } from "../io/update-spec.ts"
import { convergence, hasCompleted } from "./converge.ts"
import type { Leader } from "./desired.ts"
import { type LeaderKinds, leaderKinds, leadingHosts } from "./leaders.ts"
import { observe } from "./observe.ts"
import { restoreSequence, type Undo, wavesBackwards } from "./restore-sequence.ts"
import { type SwarmService, type SwarmTask, specHashLabel } from "./swarm-types.ts"

/** The way back is as long as the way there. */
const leastRestoreSeconds = 180

/** How a rollback ended. */
export interface RolledBack {
  /** Whether everything is as it was. */
  isComplete: boolean
  /** One sentence for a person, or what could not be put back. */
  outcome: string
}

/**
 * Takes back changes, given in the order they were made: wave by wave from the
 * last, and of services that share a leader the leading host last, once another
 * can lead. Waits until the old definitions run again. Never throws: the reason for the rollback must
 * not be hidden by a second one.
 */
export async function rollBack(
  connection: SwarmConnection,
  undo: Undo[],
  report: (line: string) => void,
  kinds: LeaderKinds = leaderKinds,
): Promise<RolledBack> {
  const problems: string[] = []
  const start = nowMs()
  for (const wave of wavesBackwards(undo)) {
    const leading = await knownLeaders(wave, connection, report, kinds)
    for (const step of restoreSequence(wave, leading)) {
      if (step.leads) await handOver(step.undo, connection, report, kinds)
      try {
        if (step.undo.kind === "remove") {
          await removeCreated(connection.engine, step.undo.name, report)
        } else {
          await restore(connection.engine, step.undo, report)
          await settle(step.undo, leading, connection, report, kinds)
        }
      } catch (error) {
        problems.push(`${step.undo.name}: ${messageOf(error)}`)
      }
    }
  }
  if (problems.length > 0) {
    return { isComplete: false, outcome: `ROLLBACK INCOMPLETE:\n${problems.join("\n")}` }
  }
  const seconds = ((nowMs() - start) / 1000).toFixed(1)
  const outcome = `Rolled back in ${seconds} s: the previous version is live and running.`
  return { isComplete: true, outcome }
}

/** Who leads now; nobody, when that cannot be told: the rollback goes on all the same. */
async function knownLeaders(
  wave: Undo[],
  connection: SwarmConnection,
  report: (line: string) => void,
  kinds: LeaderKinds,
): Promise<Map<Leader, string | undefined>> {
  const leaders = wave.flatMap(({ kind, leader }) => (kind === "restore" ? (leader ?? []) : []))
  try {
    return await leadingHosts(leaders, connection, kinds)
  } catch (error) {
    report(`warning: cannot tell who leads: ${messageOf(error)}`)
    return new Map()
  }
}

/** A leader that cannot hand over is restored all the same: it may be what the rollback mends. */
async function handOver(
  { name, leader, host }: Undo,
  connection: SwarmConnection,
  report: (line: string) => void,
  kinds: LeaderKinds,
): Promise<void> {
  if (leader === undefined || host === undefined) return
  report(`${name}: its host ${host} leads, so it goes back last`)
  try {
    await kinds[leader].prepare(connection, host, report)
  } catch (error) {
    report(`warning: ${name} goes back without a handover: ${messageOf(error)}`)
  }
}

/** As on the way there: until a member has its place again, the next one must not stop. */
async function settle(
  { name, leader, host }: Undo,
  leading: ReadonlyMap<Leader, string | undefined>,
  connection: SwarmConnection,
  report: (line: string) => void,
  kinds: LeaderKinds,
): Promise<void> {
  if (leader === undefined || host === undefined || leading.get(leader) === undefined) return
  try {
    await kinds[leader].settle?.(connection, host)
  } catch (error) {
    report(`warning: ${name} runs again, but ${messageOf(error)}`)
  }
}

/** A job that has completed is the record that it ran: without it, it would run again. */
async function removeCreated(
  engine: Engine,
  name: string,
  report: (line: string) => void,
): Promise<void> {
  const { services, tasks } = await observe(engine)
  const live = services.find(({ Spec }) => Spec.Name === name)
  if (live?.Spec.Mode.ReplicatedJob !== undefined && hasCompleted(live, tasks)) {
    report(`${name}: has completed, and stays`)
    return
  }
  try {
    await engine.remove(`/services/${name}`)
    report(`${name}: removed, it did not exist before`)
  } catch (error) {
    if (!(error instanceof EngineFailure) || error.status !== 404) throw error
  }
}

async function restore(
  engine: Engine,
  undo: Extract<Undo, { kind: "restore" }>,
  report: (line: string) => void,
): Promise<void> {
  const wanted = undo.spec.Labels?.[specHashLabel] ?? ""
  const deadlineSeconds = Math.max(leastRestoreSeconds, undo.deadlineSeconds ?? 0)
  const live = await settled(engine, undo.id, deadlineSeconds)
  if (live.Spec.Labels?.[specHashLabel] !== wanted) {
    report(`${undo.name}: restoring definition ${wanted}`)
    await updateSpec<SwarmService>(engine, `/services/${undo.id}`, () => undo.spec)
  }
  await waitFor(`${undo.name} to run definition ${wanted}`, { deadlineSeconds }, () =>
    runsAgain(engine, undo.id, wanted),
  )
  report(`${undo.name}: definition ${wanted} runs again`)
}

/** Swarm's own rollback must end before its result can be judged or replaced. */
function settled(engine: Engine, id: string, deadlineSeconds: number): Promise<SwarmService> {
  return waitFor("Swarm's own rollback to end", { deadlineSeconds }, async () => {
    const live = await engine.get<SwarmService>(`/services/${id}`)
    return live.UpdateStatus?.State === "rollback_started" ? undefined : live
  })
}

async function runsAgain(engine: Engine, id: string, specHash: string): Promise<true | undefined> {
  const observed = await observe(engine)
  const live = observed.services.find((service) => service.ID === id)
  if (live === undefined) throw new Failure("the service is gone")
  const query = filters({ service: [id], "_up-to-date": ["true"] })
  const upToDate = await engine.get<SwarmTask[]>(`/tasks?${query}`)
  const { UpdateStatus: _, ...withoutStatus } = live
  const verdict = convergence(
    { specHash },
    live.UpdateStatus?.State === "rollback_completed" ? withoutStatus : live,
    observed.tasks.filter((task) => task.ServiceID === id && task.DesiredState === "running"),
    new Set(upToDate.map((task) => task.ID)),
    observed.nodes,
  )
  return verdict.state === "converged" ? true : undefined
}
