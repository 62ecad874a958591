import type { DesiredService } from "../deploy/desired.ts"
import {
  type Definition,
  definitionOf,
  durableVolumes,
  placedOn,
  stopGraceSeconds,
  taskCount,
} from "./definition.ts"
import type { Impact, PlanFleet } from "./model.ts"
import type { VrrpTiming } from "./vrrp.ts"

/** What impacts are judged by besides the service itself. */
export interface ImpactContext {
  fleet: PlanFleet
  vrrp: VrrpTiming | undefined
  /** Services of the same wave and leader, this one among them. */
  members: number
}

/** The watch over HAProxy's health socket asks this often and waits this long (images/keepalived). */
const watchIntervalSeconds = 0.1
const watchTimeoutSeconds = 0.3

/** Fields outside the task: Swarm changes them without replacing a task. */
const outsideTheTask = /^deploy\.(replicas|labels|update_config|rollback_config|endpoint_mode)/

const none = { expectedSeconds: 0, atMostSeconds: 0 }
const undone = { reversible: true, lost: "" }

/** What people notice when a live service gets a new definition. */
export function updateImpact(
  service: DesiredService,
  changedFields: string[],
  context: ImpactContext,
): Impact {
  const definition = definitionOf(service)
  if (changedFields.length > 0 && changedFields.every((field) => outsideTheTask.test(field))) {
    return inPlace(changedFields)
  }
  if (service.impact === "reload") {
    const reason = "the files are validated and reloaded; the daemon keeps its connections"
    return { kind: "reload", unavailable: none, reason, ...undone }
  }
  if (service.impact === "unseen") {
    const reason = "no visitor's request passes it; what it watches is not watched meanwhile"
    return { kind: "restart", unavailable: none, reason, ...undone }
  }
  if (service.leader === "vip") return movesVip(service, definition, context)
  const role = placedOn(definition, "role")
  if (role === "database" && durableVolumes(service).length > 0) {
    return failsOver(service, context.fleet)
  }
  if (isRedisMember(service)) return handsOver()
  if (service.leader === "none") return keepsQuorum(context.members)
  return restarts(service, definition, context.fleet)
}

/** What people notice of a service that was not there before. */
export function createImpact({ isJob }: Pick<DesiredService, "isJob">): Impact {
  if (isJob) {
    return {
      kind: "job",
      unavailable: none,
      reason: "runs to completion first; when it fails, nothing after it is changed",
      reversible: false,
      lost: "what the job changed in the data stays changed",
    }
  }
  return { kind: "create", unavailable: none, reason: "nothing used it before", ...undone }
}

/** What people notice of a service that goes; `volumes` are those that outlive tasks. */
export function removeImpact(volumes: string[]): Impact {
  const reason = "its tasks stop and nothing takes their place"
  const kind = "remove" as const
  if (volumes.length === 0) return { kind, unavailable: null, reason, ...undone }
  const lost = `a revert starts it again, but only on hosts that still have ${volumes.join(", ")}`
  return { kind, unavailable: null, reason, reversible: false, lost }
}

function inPlace(fields: string[]): Impact {
  const scales = fields.includes("deploy.replicas")
  return {
    kind: scales ? "scale" : "none",
    unavailable: none,
    reason: scales
      ? "tasks are added or drained; those that stay are not touched"
      : "Swarm takes this without replacing a task",
    ...undone,
  }
}

/**
 * A stopping load balancer gives the VIP away. HAProxy: the watch notices, then
 * Keepalived tells its neighbour. Keepalived: it tells its neighbour at once.
 * The bound adds the watch's timeout and a lost message.
 */
function movesVip(service: DesiredService, definition: Definition, context: ImpactContext): Impact {
  const { vrrp, members } = context
  if (members < 2 || vrrp === undefined) {
    const why =
      members < 2
        ? "there is no second load balancer to move the VIP to"
        : "no Keepalived file says how the VIP moves"
    return stopsAndStarts(service, definition, why)
  }
  const told = vrrp.advertSeconds + vrrp.skewSeconds
  const watched = !service.shortName.startsWith("keepalived")
  const expectedSeconds = round(watched ? watchIntervalSeconds + told : told)
  const worst = vrrp.masterDownSeconds + (watched ? watchIntervalSeconds + watchTimeoutSeconds : 0)
  const noticed = watched ? `noticed in ${watchIntervalSeconds} s, ` : ""
  const objective = context.fleet.objectives?.edgeFailoverSeconds
  const promised = objective === undefined ? "" : `; ${objective} s are promised for one move`
  return {
    kind: "failover",
    unavailable: { expectedSeconds, atMostSeconds: round(worst) },
    sharedOutage: `${service.leader} in wave ${service.wave}`,
    reason:
      `the standby restarts first, the VIP's owner last: of ${members} the VIP moves once, ` +
      `and only here if this is its owner (${noticed}taken over after ${round(told)} s, ` +
      `or ${round(vrrp.masterDownSeconds)} s when a message is lost${promised})`,
    ...undone,
  }
}

function keepsQuorum(members: number): Impact {
  const reason = `${members - 1} of ${members} members decide while one restarts`
  return { kind: "rolling restart", unavailable: none, reason, ...undone }
}

/** Not the service that forms the cluster, which no request passes. */
function isRedisMember({ shortName, leader }: DesiredService): boolean {
  return leader === "none" && shortName.startsWith("redis-")
}

/** `run-redis`: the replica takes over first, while writes wait. */
function handsOver(): Impact {
  const reason =
    "one member at a time; a master hands its slots to its replica before it stops, and clients are redirected"
  return { kind: "rolling restart", unavailable: none, reason, ...undone }
}

/** A planned switchover holds queries; if it fails to, it is an unplanned failover at worst. */
function failsOver({ leader, wave }: DesiredService, { objectives }: PlanFleet): Impact {
  const limit = objectives?.databaseFailoverSeconds
  return {
    kind: "failover",
    unavailable: limit === undefined ? null : { expectedSeconds: limit, atMostSeconds: limit },
    ...(leader === undefined ? {} : { sharedOutage: `${leader} in wave ${wave}` }),
    reason:
      leader === "primary"
        ? "replicas restart first; the primary hands over to one before it restarts, while queries wait, no longer than the objective allows"
        : "writes wait while another member becomes primary, for as long as the objective allows",
    ...undone,
  }
}

function restarts(service: DesiredService, definition: Definition, fleet: PlanFleet): Impact {
  const tasks = taskCount(definition, fleet.hosts)
  const { order = "stop-first", parallelism = 1 } = definition.deploy.update_config ?? {}
  const batch = parallelism === 0 ? tasks : Math.min(parallelism, tasks)
  if (order === "start-first") {
    const reason = `each new task is healthy before an old one of ${tasks} drains and stops, ${batch} at a time`
    return { kind: "rolling restart", unavailable: none, reason, ...undone }
  }
  if (batch < tasks) {
    const reason = `${tasks - batch} of ${tasks} tasks serve while ${batch} restarts`
    return { kind: "rolling restart", unavailable: none, reason, ...undone }
  }
  return stopsAndStarts(service, definition, "all of its tasks stop before new ones start")
}

/** Stopping takes the grace period at most; how long the start takes only the deadline bounds. */
function stopsAndStarts(service: DesiredService, definition: Definition, why: string): Impact {
  const grace = stopGraceSeconds(definition)
  return {
    kind: "restart",
    unavailable: { expectedSeconds: grace, atMostSeconds: service.deadlineSeconds },
    reason: `${why}: up to ${grace} s to stop, then the start`,
    ...undone,
  }
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100
}
