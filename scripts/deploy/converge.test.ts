import { expect, test } from "vitest"
import { convergence, desiredTasks } from "./converge.ts"
import type { SwarmNode, SwarmService, SwarmTask } from "./swarm-types.ts"

const node = (ID: string, role: string, State = "ready"): SwarmNode => ({
  ID,
  Version: { Index: 1 },
  Spec: { Role: "worker", Availability: "active", Labels: { role } },
  Description: { Hostname: ID, Engine: { EngineVersion: "26.1.5" } },
  Status: { State },
})
const nodes = [node("n1", "app"), node("n2", "app"), node("lb", "load-balancer")]

const task = (ID: string, State: string, NodeID = "n1", DesiredState = "running"): SwarmTask => ({
  ID,
  ServiceID: "s",
  NodeID,
  DesiredState,
  CreatedAt: "2026-01-02T00:00:01.5Z",
  Status: { Timestamp: ID, State },
  Spec: { ContainerSpec: { Image: "i" } },
})

function service(update?: { State: string; Message?: string }): SwarmService {
  return {
    ID: "s",
    Version: { Index: 1 },
    CreatedAt: "",
    UpdatedAt: "2026-01-02T00:00:00Z",
    Spec: {
      Name: "quickcart_app",
      Labels: { "quickcart.spec-hash": "new" },
      TaskTemplate: { ContainerSpec: { Image: "i" } },
      Mode: { Replicated: { Replicas: 2 } },
    },
    ...(update === undefined ? {} : { UpdateStatus: update }),
  }
}

const job = (run: number, policy?: { Condition: string; MaxAttempts?: number }): SwarmService => {
  const live = service()
  live.Spec.Mode = { ReplicatedJob: { TotalCompletions: 1 } }
  live.JobStatus = { JobIteration: { Index: run } }
  if (policy !== undefined) live.Spec.TaskTemplate.RestartPolicy = policy
  return live
}
const runOf = (iteration: number, state: string) => ({
  ...task(`${iteration}-${state}`, state, "n1", "complete"),
  JobIteration: { Index: iteration },
})

const wanted = { specHash: "new" }
const judge = (live: SwarmService | undefined, tasks: SwarmTask[], upToDate: string[]) =>
  convergence(wanted, live, tasks, new Set(upToDate), nodes)

test("all slots running from the live definition is converged", () => {
  const tasks = [task("a", "running"), task("b", "running", "n2")]
  expect(judge(service(), tasks, ["a", "b"])).toEqual({ state: "converged", detail: "2/2 running" })
})

test("old tasks that still run right after an update do not count", () => {
  const tasks = [task("a", "running"), task("b", "running", "n2")]
  expect(judge(service(), tasks, [])).toEqual({ state: "waiting", detail: "0/2 running" })
})

test("an automatic rollback is a failure even when everything runs", () => {
  const live = service({ State: "rollback_completed", Message: "rollback completed" })
  expect(judge(live, [task("a", "running"), task("b", "running")], ["a", "b"])).toEqual({
    state: "failed",
    detail: "Swarm says rollback_completed: rollback completed",
  })
})

test("another live definition than the deployed one is a failure", () => {
  const live = service()
  live.Spec.Labels = { "quickcart.spec-hash": "old" }
  expect(judge(live, [], []).state).toBe("failed")
})

test("a service that vanished is a failure", () => {
  expect(judge(undefined, [], []).state).toBe("failed")
})

test("a new service whose tasks keep failing is given up before the deadline", () => {
  const failed = ["1", "2", "3", "4"].map((id) => task(id, "failed", "n1", "shutdown"))
  expect(judge(service(), failed, ["1", "2", "3", "4"])).toEqual({
    state: "failed",
    detail: "0/2 running, 4 tasks failed",
  })
})

test("tasks that failed before the deploy do not condemn it", () => {
  const failed = ["1", "2", "3", "4"].map((id) => task(id, "failed", "n1", "shutdown"))
  expect(judge(service(), failed, []).state).toBe("waiting")
})

test("nor do those that failed when the same definition ran before, of hosts that were killed", () => {
  const earlier = ["1", "2", "3", "4"].map((id) => ({
    ...task(id, "failed", "n1", "shutdown"),
    CreatedAt: "2026-01-01T23:00:00Z",
  }))
  expect(judge(service(), earlier, ["1", "2", "3", "4"]).state).toBe("waiting")
})

test("tasks on a host that is down neither count nor block", () => {
  const live = service()
  const tasks = [task("a", "running"), task("b", "running", "n2"), task("c", "running", "gone")]
  expect(convergence(wanted, live, tasks, new Set(["a", "b", "c"]), nodes).state).toBe("converged")
})

test("a global service wants one task on each live node that its constraints allow", () => {
  const live = service()
  live.Spec.Mode = { Global: {} }
  live.Spec.TaskTemplate.Placement = { Constraints: ["node.labels.role == app"] }
  expect(desiredTasks(live, nodes)).toBe(2)
  expect(desiredTasks(live, [...nodes, node("n3", "app", "down")])).toBe(2)
})

test("a job converges when its current run has completed, not an earlier one", () => {
  expect(judge(job(2), [runOf(2, "complete")], [])).toEqual({
    state: "converged",
    detail: "1/1 complete",
  })
  expect(judge(job(2), [runOf(1, "complete"), runOf(2, "preparing")], [])).toEqual({
    state: "waiting",
    detail: "0/1 complete, 1 preparing",
  })
})

test("a job fails when its restart policy has no attempt left", () => {
  const policy = { Condition: "on-failure", MaxAttempts: 1 }
  expect(judge(job(0, policy), [runOf(0, "failed")], []).state).toBe("waiting")
  expect(judge(job(0, policy), [runOf(0, "failed"), runOf(0, "failed")], [])).toEqual({
    state: "failed",
    detail: "0/1 complete, 2 of 2 attempts failed",
  })
  expect(judge(job(0, { Condition: "none" }), [runOf(0, "failed")], []).state).toBe("failed")
})

test("tasks that do not run yet are shown with their states", () => {
  const tasks = [task("a", "running"), task("b", "pending", "")]
  expect(judge(service(), tasks, ["a", "b"]).detail).toBe("1/2 running, 1 pending")
})
