import { expect, test } from "vitest"
import type { Engine } from "../io/engine.ts"
import { Failure } from "../io/failure.ts"
import type { SwarmConnection } from "../io/swarm-connection.ts"
import type { LeaderKind, LeaderKinds } from "./leaders.ts"
import type { Undo } from "./restore-sequence.ts"
import { rollBack } from "./rollback.ts"
import { type ServiceSpec, specHashLabel } from "./swarm-types.ts"

const spec = (name: string, hash: string): ServiceSpec => ({
  Name: name,
  Labels: { [specHashLabel]: hash },
  TaskTemplate: { ContainerSpec: { Image: "i" } },
  Mode: { Replicated: { Replicas: 0 } },
})
const undo = (index: number): Undo => ({
  ...{ kind: "restore", name: `haproxy-${index}`, id: `${index}` },
  spec: spec(`haproxy-${index}`, "before"),
  ...{ wave: 10, leader: "vip", host: `load-balancer-${index}` },
})

/** As much of a Swarm as holds the services, all on a new definition that wants no tasks. */
function fleet(steps: string[]) {
  const services = [1, 2].map((index) => ({
    ID: `${index}`,
    Version: { Index: 1 },
    Spec: spec(`haproxy-${index}`, "after"),
  }))
  const engine = {
    get: async (path: string) => {
      if (path.startsWith("/services?")) return services
      return services.find(({ ID }) => path === `/services/${ID}`) ?? []
    },
    post: async (path: string, body: ServiceSpec) => {
      const live = services.find(({ ID }) => path.startsWith(`/services/${ID}/update`))
      if (live !== undefined) live.Spec = body
      steps.push(`restore ${body.Name}`)
    },
  } as unknown as Engine
  return { engine } as SwarmConnection
}

const nobody: LeaderKind = { current: async () => undefined, prepare: async () => undefined }
const withVip = (vip: LeaderKind): LeaderKinds => ({ vip, primary: nobody, none: nobody })

test("the leading host hands over before its service goes back, last", async () => {
  const steps: string[] = []
  const vip: LeaderKind = {
    current: async () => "load-balancer-2",
    prepare: async (_, host) => void steps.push(`prepare ${host}`),
  }
  const { outcome } = await rollBack(fleet(steps), [undo(1), undo(2)], () => {}, withVip(vip))
  expect(steps).toEqual(["restore haproxy-1", "prepare load-balancer-2", "restore haproxy-2"])
  expect(outcome).toContain("Rolled back in")
})

test("a leader that cannot hand over goes back all the same, and it is said", async () => {
  const steps: string[] = []
  const said: string[] = []
  const vip: LeaderKind = {
    current: async () => "load-balancer-1",
    prepare: async () => {
      throw new Failure("nobody can take the VIP")
    },
  }
  const report = (line: string) => void said.push(line)
  const { outcome } = await rollBack(fleet(steps), [undo(2), undo(1)], report, withVip(vip))
  expect(steps).toEqual(["restore haproxy-2", "restore haproxy-1"])
  expect(said.join("\n")).toContain("nobody can take the VIP")
  expect(outcome).toContain("Rolled back in")
})

test("a rollback goes on when nobody can tell who leads", async () => {
  const steps: string[] = []
  const vip: LeaderKind = {
    ...nobody,
    current: async () => {
      throw new Failure("the bastion does not answer")
    },
  }
  const { outcome } = await rollBack(fleet(steps), [undo(1), undo(2)], () => {}, withVip(vip))
  expect(steps).toEqual(["restore haproxy-2", "restore haproxy-1"])
  expect(outcome).toContain("Rolled back in")
})

test("a member has its place again before the next one goes back", async () => {
  const steps: string[] = []
  const vip: LeaderKind = {
    current: async () => "load-balancer-3",
    prepare: async () => {},
    settle: async (_, host) => void steps.push(`settle ${host}`),
  }
  await rollBack(fleet(steps), [undo(1), undo(2)], () => {}, withVip(vip))
  expect(steps).toEqual([
    "restore haproxy-2",
    "settle load-balancer-2",
    "restore haproxy-1",
    "settle load-balancer-1",
  ])
})

test("a job that has completed stays, and one that has not goes", async () => {
  const job = (name: string) => ({
    ID: name,
    Spec: { Name: name, Mode: { ReplicatedJob: {} }, TaskTemplate: {} },
  })
  const removed: string[] = []
  const engine = {
    get: async (path: string) => {
      if (path.startsWith("/services")) return [job("done"), job("failed")]
      if (!path.startsWith("/tasks")) return []
      return [{ ServiceID: "done", Status: { State: "complete" }, DesiredState: "complete" }]
    },
    remove: async (path: string) => void removed.push(path),
  } as unknown as Engine
  const created = (name: string): Undo => ({
    ...{ kind: "remove", name, wave: 10 },
    ...{ leader: undefined, host: undefined },
  })
  const { isComplete } = await rollBack(
    { engine } as SwarmConnection,
    [created("done"), created("failed")],
    () => {},
    withVip(nobody),
  )
  expect([isComplete, removed]).toEqual([true, ["/services/failed"]])
})
