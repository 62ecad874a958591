import { flashSaleCapacity, hostLossCapacity } from "../../generators/app/task-count.ts"
import type { Fleet } from "../../generators/core/fleet.ts"
import { type Finding, mustSurvive, number, type Rule } from "./rule.ts"

export const cores: Rule = {
  id: "capacity/cores",
  reason: "The app hosts must have the cores that the baseline load needs.",
  severity: "error",
  check(fleet, spec) {
    const { workload } = fleet
    if (workload.coresProvided >= workload.coresNeeded) return []
    const exact = workload.baselineRequestsPerSecond / workload.requestsPerCorePerSecond
    const { count, vcpu } = spec.hosts.app
    const message =
      `${number(workload.concurrentUsers)} users x ${number(workload.requestsPerUserPerSecond)} req/s ` +
      `/ ${number(workload.requestsPerCorePerSecond)} req/s per core = ${number(exact)}, ` +
      `so ${number(workload.coresNeeded)} cores are needed; ${count} hosts x ${vcpu} vCPU = ` +
      `${number(workload.coresProvided)}; write ${Math.ceil(workload.coresNeeded / vcpu)} or more`
    return [{ path: ["hosts", "app", "count"], message }]
  },
}

export const tasks: Rule = {
  id: "capacity/tasks",
  reason: "Cores that no task may use serve nobody: the tasks' limits must add up to the need.",
  severity: "error",
  check({ app, workload }) {
    const { baselineRequestsPerSecond: needed, requestsPerCorePerSecond: perCore } = workload
    const served = app.replicas * app.cpu * perCore
    // Without enough hosts, capacity/cores says so and no limit could help.
    if (served >= needed || workload.coresProvided < workload.coresNeeded) return []
    const message =
      `${app.replicas} replicas x ${number(app.cpu)} CPU x ${number(perCore)} req/s per core = ` +
      `${number(served)} req/s, below the ${number(needed)} req/s of the workload; ` +
      `write ${number(Math.ceil((needed / perCore / app.replicas) * 100) / 100)} or more, or raise app.replicas`
    return [{ path: ["app", "resources", "cpu"], message }]
  },
}

export const hostLoss: Rule = {
  id: "capacity/host-loss",
  reason: "While one app host is replaced, the others should serve the baseline.",
  severity: "warning",
  check(fleet) {
    const { left, vcpu, served, arriving } = hostLossCapacity(fleet)
    const { baselineRequestsPerSecond, requestsPerCorePerSecond: perCore } = fleet.workload
    // Of one host, app/replicas says that nothing is left.
    if (!mustSurvive(fleet) || left === 0 || arriving <= served) return []
    const needed = Math.ceil(arriving / (vcpu * perCore)) + 1
    const message =
      `without one of ${left + 1} hosts, ${left} x ${vcpu} vCPU x ${number(perCore)} req/s = ` +
      `${number(served)} req/s are left, below ${number(baselineRequestsPerSecond)} req/s x ` +
      `(100% - ${number(fleet.edge.cdnOffload * 100)}% from the CDN) = ${number(arriving)} req/s; ` +
      `write ${needed} or more`
    return [{ path: ["hosts", "app", "count"], message }]
  },
}

export const maximum: Rule = {
  id: "capacity/maximum",
  reason: "Scaling needs an upper limit that is not below where it starts.",
  severity: "error",
  check(fleet, spec) {
    const { count } = spec.hosts.app
    if (fleet.app.maxAppHosts >= count) return []
    const message = `${fleet.app.maxAppHosts} is below count, ${count}; write ${count} or more`
    return [{ path: ["hosts", "app", "maxCount"], message }]
  },
}

export const flashSale: Rule = {
  id: "capacity/flash-sale",
  reason: "A flash sale's peak must be served, answered by the CDN, or held in the waiting room.",
  severity: "error",
  check(fleet) {
    const { workload, edge } = fleet
    const { hosts, vcpu, served, arriving } = flashSaleCapacity(fleet)
    const room = findOverfullRoom(fleet, served)
    if (arriving <= served || edge.waitingRoom !== null) return room
    const message =
      `${hosts} app hosts x ${vcpu} vCPU x ${number(workload.requestsPerCorePerSecond)} req/s = ` +
      `${number(served)} req/s, but ${number(workload.peakRequestsPerSecond)} req/s x ` +
      `(100% - ${number(edge.cdnOffload * 100)}% from the CDN) = ${number(arriving)} req/s arrive ` +
      "in a flash sale; declare waitingRoom, offload more to a CDN, or raise flashSales appHosts"
    return [{ path: ["edge", "waitingRoom"], message }, ...room]
  },
}

/** A room that admits more than the fleet serves protects nothing. */
function findOverfullRoom({ workload, edge }: Fleet, served: number): Finding[] {
  const users = edge.waitingRoom?.maxActiveUsers ?? 0
  const perUser = workload.requestsPerUserPerSecond * (1 - edge.cdnOffload)
  if (users * perUser <= served) return []
  const message =
    `${number(users)} users x ${number(perUser)} req/s past the CDN = ${number(users * perUser)} ` +
    `req/s, more than the ${number(served)} req/s the fleet serves at its largest; ` +
    `write ${Math.floor(served / perUser)} or less`
  return [{ path: ["edge", "waitingRoom", "maxActiveUsers"], message }]
}

export const connections: Rule = {
  id: "capacity/connections",
  reason:
    "Whoever the waiting room admits needs a connection of the load balancer that has the floating IP.",
  severity: "error",
  check({ edge }) {
    const users = edge.waitingRoom?.maxActiveUsers ?? 0
    if (users <= edge.maxConnections) return []
    const message =
      `takes ${number(edge.maxConnections)} connections, and waitingRoom admits ${number(users)} users; ` +
      `write ${users} or more, or admit fewer`
    return [{ path: ["edge", "maxConnections"], message }]
  },
}
