import type { DesiredService } from "./desired.ts"
import { type SwarmNode, type SwarmService, type SwarmTask, specHashLabel } from "./swarm-types.ts"

export type Convergence =
  | { state: "converged"; detail: string }
  | { state: "waiting"; detail: string }
  | { state: "failed"; detail: string }

/** Failed tasks of one new service after which waiting longer is pointless. */
const failuresBeforeGivingUp = 4

/**
 * Whether a service is what the commit wants and runs. Never trusts the exit
 * code of a deploy: after an automatic rollback Swarm says that all is well,
 * so the live definition's hash is looked at first. `upToDate` holds the ids of
 * tasks made from the live definition; right after an update the old ones
 * still run and Swarm has no update status yet.
 */
export function convergence(
  wanted: Pick<DesiredService, "specHash">,
  live: SwarmService | undefined,
  tasks: SwarmTask[],
  upToDate: Set<string>,
  nodes: SwarmNode[],
): Convergence {
  if (live === undefined) return { state: "failed", detail: "the service does not exist" }
  const update = live.UpdateStatus?.State
  const message = live.UpdateStatus?.Message ?? ""
  if (update !== undefined && /^(paused|rollback)/.test(update)) {
    return { state: "failed", detail: `Swarm says ${update}: ${message}` }
  }
  if (live.Spec.Labels?.[specHashLabel] !== wanted.specHash) {
    return { state: "failed", detail: "the live definition is not the one that was deployed" }
  }
  if (live.Spec.Mode.ReplicatedJob !== undefined) return jobConvergence(live, tasks)
  const goal = desiredTasks(live, nodes)
  const current = wantedTasks(live, tasks, nodes)
  const running = current.filter(
    (task) => task.Status.State === "running" && upToDate.has(task.ID),
  ).length
  const detail = `${running}/${goal} running${onTheWay(current)}`
  if (update === "updating") return { state: "waiting", detail: `${detail}, ${message}` }
  if (running >= goal && current.length === running) return { state: "converged", detail }
  // Tasks of earlier definitions, and of hosts that died, say nothing about this one; nor do those
  // of an earlier time at which this definition ran.
  const failures = tasks.filter(
    (task) =>
      upToDate.has(task.ID) &&
      Date.parse(task.CreatedAt) >= Date.parse(live.UpdatedAt) &&
      ["failed", "rejected"].includes(task.Status.State),
  ).length
  if (update === undefined && failures >= failuresBeforeGivingUp) {
    return { state: "failed", detail: `${detail}, ${failures} tasks failed` }
  }
  return { state: "waiting", detail }
}

/** States of the tasks that do not run yet, e.g. `, 1 starting, 2 pending`. */
function onTheWay(tasks: SwarmTask[]): string {
  const states = Map.groupBy(
    tasks.filter((task) => task.Status.State !== "running"),
    (task) => task.Status.State,
  )
  return [...states].map(([state, group]) => `, ${group.length} ${state}`).join("")
}

/** Whether the job's current run has completed every task it was asked for. */
export function hasCompleted(job: SwarmService, tasks: SwarmTask[]): boolean {
  return jobConvergence(job, tasks).state === "converged"
}

/** A job is there when its tasks have ended well; Swarm tries again as its restart policy says. */
function jobConvergence(live: SwarmService, tasks: SwarmTask[]): Convergence {
  const goal = live.Spec.Mode.ReplicatedJob?.TotalCompletions ?? 1
  const run = live.JobStatus?.JobIteration?.Index ?? 0
  const own = tasks.filter(
    (task) => task.ServiceID === live.ID && (task.JobIteration?.Index ?? 0) === run,
  )
  const ended = (states: string[]) =>
    own.filter((task) => states.includes(task.Status.State)).length
  const complete = ended(["complete"])
  const detail = `${complete}/${goal} complete`
  if (complete >= goal) return { state: "converged", detail }
  const failures = ended(["failed", "rejected"])
  const { Condition = "any", MaxAttempts = 0 } = live.Spec.TaskTemplate.RestartPolicy ?? {}
  const attempts = Condition === "none" ? 1 : MaxAttempts + 1
  if (failures >= attempts && (Condition === "none" || MaxAttempts > 0)) {
    return { state: "failed", detail: `${detail}, ${failures} of ${attempts} attempts failed` }
  }
  return { state: "waiting", detail: `${detail}${onTheWay(own.filter(isWanted))}` }
}

function isWanted(task: SwarmTask): boolean {
  return !["shutdown", "remove"].includes(task.DesiredState)
}

/** Tasks Swarm should run: replicas, or one for each live node that the constraints allow. */
export function desiredTasks(service: SwarmService, nodes: SwarmNode[]): number {
  const { Mode, TaskTemplate } = service.Spec
  // What ran and ended well is not missing.
  if (Mode.ReplicatedJob !== undefined) return 0
  if (Mode.Replicated !== undefined) return Mode.Replicated.Replicas
  return nodes.filter(
    (node) => isUp(node) && allowed(node, TaskTemplate.Placement?.Constraints ?? []),
  ).length
}

/** Whether no host that may run a service's tasks is up: what is sent to it waits, without an end, until one is. */
export function waitsForHost({ Spec }: SwarmService, nodes: SwarmNode[]): boolean {
  if (Spec.Mode.Replicated === undefined) return false
  const able = nodes.filter((node) => allowed(node, Spec.TaskTemplate.Placement?.Constraints ?? []))
  return able.length > 0 && !able.some(isUp)
}

/** The last failed task of a service, or undefined. */
export function lastFailure(serviceId: string, tasks: SwarmTask[]): SwarmTask | undefined {
  return tasks
    .filter((t) => t.ServiceID === serviceId && ["failed", "rejected"].includes(t.Status.State))
    .toSorted((a, b) => (a.Status.Timestamp < b.Status.Timestamp ? 1 : -1))[0]
}

function wantedTasks(service: SwarmService, tasks: SwarmTask[], nodes: SwarmNode[]): SwarmTask[] {
  const up = new Set(nodes.filter(isUp).map((node) => node.ID))
  return tasks.filter(
    (task) =>
      task.ServiceID === service.ID &&
      task.DesiredState === "running" &&
      (task.NodeID === undefined || task.NodeID === "" || up.has(task.NodeID)),
  )
}

function isUp(node: SwarmNode): boolean {
  return node.Status.State === "ready" && node.Spec.Availability === "active"
}

function allowed(node: SwarmNode, constraints: string[]): boolean {
  return constraints.every((constraint) => {
    const match = /^node\.labels\.([\w.-]+)\s*(==|!=)\s*(.+)$/.exec(constraint)
    if (match === null) return true
    const [, label = "", operator, value] = match
    return (node.Spec.Labels?.[label] === value) === (operator === "==")
  })
}
