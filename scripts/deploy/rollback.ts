import { nowMs, waitFor } from "../io/clock.ts"
import { type Engine, EngineFailure, filters } from "../io/engine.ts"
import { Failure } from "../io/failure.ts"
import { updateSpec } from "../io/update-spec.ts"
import { convergence } from "./converge.ts"
import { observe } from "./observe.ts"
import {
  type ServiceSpec,
  type SwarmService,
  type SwarmTask,
  specHashLabel,
} from "./swarm-types.ts"

/** How to take back what this run did to one service. */
export type Undo =
  | { kind: "restore"; name: string; id: string; spec: ServiceSpec }
  | { kind: "remove"; name: string }

const restoreDeadlineSeconds = 180

/**
 * Takes back the changes in the given order, waits until the old definitions
 * run again, and returns one sentence about the outcome. Never throws: the
 * reason for the rollback must not be hidden by a second one.
 */
export async function rollBack(
  engine: Engine,
  undo: Undo[],
  report: (line: string) => void,
): Promise<string> {
  const problems: string[] = []
  const start = nowMs()
  for (const step of undo) {
    try {
      if (step.kind === "remove") await removeCreated(engine, step.name, report)
      else await restore(engine, step, report)
    } catch (error) {
      problems.push(`${step.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (problems.length > 0) return `ROLLBACK INCOMPLETE:\n${problems.join("\n")}`
  const seconds = ((nowMs() - start) / 1000).toFixed(1)
  return `Rolled back in ${seconds} s: the previous version is live and running.`
}

async function removeCreated(
  engine: Engine,
  name: string,
  report: (line: string) => void,
): Promise<void> {
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
  const live = await settled(engine, undo.id)
  if (live.Spec.Labels?.[specHashLabel] !== wanted) {
    report(`${undo.name}: restoring definition ${wanted}`)
    await updateSpec<SwarmService>(engine, `/services/${undo.id}`, () => undo.spec)
  }
  await waitFor(
    `${undo.name} to run definition ${wanted}`,
    { deadlineSeconds: restoreDeadlineSeconds },
    () => runsAgain(engine, undo.id, wanted),
  )
  report(`${undo.name}: definition ${wanted} runs again`)
}

/** Swarm's own rollback must end before its result can be judged or replaced. */
function settled(engine: Engine, id: string): Promise<SwarmService> {
  return waitFor(
    "Swarm's own rollback to end",
    { deadlineSeconds: restoreDeadlineSeconds },
    async () => {
      const live = await engine.get<SwarmService>(`/services/${id}`)
      return live.UpdateStatus?.State === "rollback_started" ? undefined : live
    },
  )
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
