import { join } from "node:path"
import { describe, expect, test } from "vitest"
import type { SwarmNode } from "../deploy/swarm-types.ts"
import { fleet, hosts, service } from "../plan/plan-fixture.ts"
import { readSnapshot, type Snapshot } from "../plan/snapshot.ts"
import { change, commit, day, messages, nowMs } from "./guard-fixture.ts"
import { checkGuard, checkOverrides, enforceGuard, guardRules, type Refusal } from "./index.ts"
import type { GuardFacts } from "./rule.ts"

const app = (parts: Parameters<typeof service>[1]) => service("app", { role: "app", ...parts })
const database = (n: number, wave: number, image = "1") =>
  service(`postgres-${n}`, {
    role: "database",
    host: `database-${n}`,
    wave,
    volumes: [`quickcart_pgdata_${n}`],
    definition: { image: `pg:${image}`, deploy: {} },
  })

const node = (Hostname: string, State = "ready", Availability = "active"): SwarmNode => ({
  ID: Hostname,
  Version: { Index: 1 },
  Spec: { Role: "manager", Availability, Labels: { host: Hostname } },
  Description: { Hostname, Engine: { EngineVersion: "26" } },
  Status: { State },
})

test("an ordinary change breaks no rule", () => {
  const input = change([app({ replicas: 4 })], [app({ replicas: 6 })])
  expect(input.plan.operations).toHaveLength(1)
  expect(checkGuard(input)).toEqual([])
})

describe("too-many-at-once", () => {
  const at = (parallelism: number, order = "stop-first", replicas = 4) =>
    change([app({ replicas })], [app({ replicas, wave: 20, update: { parallelism, order } })])
  test.each([
    ["half", at(2), 0],
    ["three of four", at(3), 1],
    ["all, written 0", at(0), 1],
    ["all, but started first", at(4, "start-first"), 0],
    ["the only one", at(1, "stop-first", 1), 0],
  ])("%s at a time", (_, input, found) => {
    expect(input.plan.operations).toHaveLength(1)
    expect(messages("too-many-at-once", input)).toHaveLength(found)
  })
  test("both load balancers at once", () => {
    const proxy = (parallelism: number) =>
      service("haproxy", { role: "load-balancer", mode: "global", update: { parallelism } })
    expect(messages("too-many-at-once", change([proxy(1)], [proxy(22)]))).toEqual([
      "quickcart_haproxy would stop 2 of its 2 tasks at once; lower its update parallelism to 1 or less",
    ])
  })
  test("shrinking by half passes, by more does not", () => {
    const shrink = (replicas: number) => change([app({ replicas: 10 })], [app({ replicas })])
    expect(messages("too-many-at-once", shrink(5))).toEqual([])
    expect(messages("too-many-at-once", shrink(4))).toEqual([
      "quickcart_app would shrink from 10 to 4 tasks at once; go down in steps of half",
    ])
  })
})

describe("quorum-loss", () => {
  const without = (...names: string[]) => fleet.hosts.filter(({ name }) => !names.includes(name))
  test("one manager of three may go, two may not", () => {
    expect(messages("quorum-loss", change([], [], { hostsAfter: without("manager-1") }))).toEqual(
      [],
    )
    const input = change([], [], { hostsAfter: without("manager-1", "manager-2") })
    expect(messages("quorum-loss", input)).toEqual([
      "Swarm would keep 1 of 3 members and needs 2 (gone, down or drained: manager-1, manager-2); take hosts away one at a time",
    ])
  })
  test("a manager that is down counts like one that goes", () => {
    const input = change([], [], { hostsAfter: without("manager-1") })
    input.observed.nodes = [node("manager-1"), node("manager-2", "down"), node("manager-3")]
    expect(messages("quorum-loss", input)).toHaveLength(1)
  })
  test("a drained manager still votes in Swarm, but runs no etcd", () => {
    const input = change([], [])
    input.observed.nodes = [1, 2, 3].map((n) =>
      node(`manager-${n}`, "ready", n === 3 ? "active" : "drain"),
    )
    expect(messages("quorum-loss", input)).toEqual([])
    input.desired.services.push(service("etcd-1"))
    expect(messages("quorum-loss", input)).toEqual([
      expect.stringMatching(/^etcd would keep 1 of 3/),
    ])
  })
  test("Redis masters live on their own hosts or on the database's", () => {
    const redis = [service("redis-session-1")]
    const gone = { hostsAfter: without("database-1", "database-2") }
    expect(messages("quorum-loss", change([], [], gone))).toEqual([])
    expect(messages("quorum-loss", change(redis, redis, gone))).toHaveLength(1)
    const own = { ...gone, hostsBefore: [...fleet.hosts, ...hosts("redis", 3)] }
    expect(messages("quorum-loss", change(redis, redis, own))[0]).toContain(
      "redis-1, redis-2, redis-3",
    )
  })
})

describe("members of one wave", () => {
  const members = (led: boolean, image: string) =>
    ["etcd-1", "etcd-2", "etcd-3", "redis-cache-1", "redis-sessions-1"].map((name) =>
      service(name, {
        ...(led ? { leader: "none" } : {}),
        definition: { image, deploy: {} },
      }),
    )
  test("quorum-loss: without a leader they would stop together, with one they do not", () => {
    const unled = change(members(false, "1"), members(false, "2"))
    expect(unled.plan.operations).toHaveLength(5)
    // One member of each Redis Cluster is no danger.
    expect(messages("quorum-loss", unled)).toEqual([
      "quickcart_etcd-1 and quickcart_etcd-2 and quickcart_etcd-3 would stop together in wave 10; give them a rollout.leader, which changes them one at a time, or remove them in commits of their own",
    ])
    const led = change(members(true, "1"), members(true, "2"))
    expect(messages("quorum-loss", led)).toEqual([])
    const removed = change(members(true, "1"), members(true, "1").slice(2))
    expect(messages("quorum-loss", removed)[0]).toMatch(/^quickcart_etcd-1 and quickcart_etcd-2 /)
  })
  test("the rendered etcd, Redis and Patroni pass, and without their leaders none of them does", () => {
    const repository = join(import.meta.dirname, "..", "..")
    const { desired, fleet } = readSnapshot(repository, "production") as Snapshot
    const changed = (leader: boolean) => {
      const after = desired.services.map((one) => ({ ...one, specHash: "other" }))
      const facts = { hostsBefore: fleet.hosts, hostsAfter: fleet.hosts }
      return change(
        desired.services,
        leader ? after : after.map((one) => ({ ...one, leader: undefined })),
        facts,
      )
    }
    const found = (leader: boolean) =>
      ["quorum-loss", "two-database-members"].flatMap((id) => messages(id, changed(leader)))
    expect(found(true)).toEqual([])
    expect(found(false).map((message) => message.split(" ")[0])).toEqual([
      "quickcart_etcd-1",
      "quickcart_redis-cache-1",
      "quickcart_redis-sessions-1",
      "quickcart_patroni-1",
    ])
  })
})

describe("two-database-members", () => {
  const old = [database(1, 10), database(2, 20)]
  test("members in waves of their own pass, in one wave they do not", () => {
    const apart = change(old, [database(1, 10, "2"), database(2, 20, "2")])
    expect(apart.plan.operations).toHaveLength(2)
    expect(messages("two-database-members", apart)).toEqual([])
    const together = change(old, [database(1, 10, "2"), database(2, 10, "2")])
    expect(messages("two-database-members", together)).toEqual([
      "quickcart_postgres-1 and quickcart_postgres-2 would restart together in wave 10; give each member a wave of its own",
    ])
  })
  test("removing two is the same danger; Redis on the same hosts is not", () => {
    expect(messages("two-database-members", change(old, []))).toHaveLength(1)
    const redis = (n: number, image: string) =>
      ({
        ...database(n, 10, image),
        shortName: `redis-${n}`,
        name: `quickcart_redis-${n}`,
      }) as const
    const input = change([redis(1, "1"), redis(2, "1")], [redis(1, "2"), redis(2, "2")])
    expect(messages("two-database-members", input)).toEqual([])
  })
})

describe("data-loss", () => {
  const keeps = service("grafana", { volumes: ["quickcart_grafana"] })
  test("a service with a volume may not go, one without may", () => {
    expect(messages("data-loss", change([keeps], []))).toEqual([
      "quickcart_grafana would be removed, and it keeps data in quickcart_grafana",
    ])
    expect(messages("data-loss", change([service("x", { tmpfs: ["quickcart_run"] })], []))).toEqual(
      [],
    )
  })
  test("a volume may not be dropped or renamed", () => {
    const renamed = service("grafana", { volumes: ["quickcart_grafana_2"] })
    expect(messages("data-loss", change([keeps], [renamed]))).toEqual([
      "quickcart_grafana would no longer mount quickcart_grafana",
    ])
  })
  test("a host may not go while something keeps data there", () => {
    const hostsAfter = fleet.hosts.filter(({ name }) => name !== "database-3")
    expect(messages("data-loss", change([], [], { hostsAfter }))).toEqual([])
    const members = [database(3, 10)]
    expect(messages("data-loss", change(members, members, { hostsAfter }))).toEqual([
      "database-3 would be destroyed with the volumes of quickcart_postgres-3",
    ])
    const others = [database(1, 10)]
    expect(messages("data-loss", change(others, others, { hostsAfter }))).toEqual([])
  })
})

describe("rollouts", () => {
  const during = (State: string, Message?: string) => {
    const input = change([app({})], [app({ replicas: 2 })])
    for (const live of input.observed.services) {
      live.UpdateStatus = { State, ...(Message === undefined ? {} : { Message }) }
    }
    return input
  }
  test.each(["updating", "rollback_started"])("rollout-in-progress: %s", (state) => {
    expect(messages("rollout-in-progress", during(state, "update in progress"))).toEqual([
      `quickcart_app is ${state}: update in progress; wait until it ends`,
    ])
    expect(messages("rollout-in-progress", during("completed"))).toEqual([])
  })
  test("rollout-in-progress: one that waits for a host that is down holds nothing up", () => {
    const input = during("updating")
    for (const { Spec } of input.observed.services) {
      Spec.Mode = { Replicated: { Replicas: 1 } }
      Spec.TaskTemplate.Placement = {}
    }
    input.observed.nodes = [node("app-1", "down")]
    expect(messages("rollout-in-progress", input)).toEqual([])
    input.observed.nodes.push(node("app-2", "ready"))
    expect(messages("rollout-in-progress", input)).toHaveLength(1)
  })
  test("rollout-paused: a half-done rollout is looked at first", () => {
    expect(messages("rollout-paused", during("updating"))).toEqual([])
    expect(messages("rollout-paused", during("rollback_paused", "due to failure"))).toEqual([
      "quickcart_app is rollback_paused: due to failure",
    ])
  })
})

test("host-down: what only a dead host may run is not sent", () => {
  const member = (wave: number) => service("patroni-2", { wave, host: "database-2" })
  const input = change([member(1)], [member(22)])
  const live = input.observed.services[0]
  if (live !== undefined) {
    live.Spec.Mode = { Replicated: { Replicas: 1 } }
    live.Spec.TaskTemplate.Placement = { Constraints: ["node.labels.host == database-2"] }
  }
  const [up, down] = [node("database-1", "ready"), node("database-2", "down")]
  input.observed.nodes = [up, down]
  expect(messages("host-down", input)).toEqual([
    "quickcart_patroni-2: it runs on database-2 only, which is down or drained; bring the host back first, or take it out of the spec",
  ])
  down.Status.State = "ready"
  expect(messages("host-down", input)).toEqual([])
  down.Spec.Availability = "drain"
  expect(messages("host-down", input)).toHaveLength(1)
})

test("rollback-files-missing: the live definition's files must stay until the update is through", () => {
  const with_ = (name: string) => service("proxy", { configs: { cfg: name }, wave: name.length })
  const input = change([with_("quickcart_cfg_1")], [with_("quickcart_cfg_22")])
  expect(messages("rollback-files-missing", input)).toEqual([])
  const pruning = structuredClone(input)
  pruning.plan.operations.push({
    kind: "prune-config",
    name: "quickcart_cfg_1",
    id: "x",
    cause: "",
  })
  const gone = ["quickcart_proxy could not go back: quickcart_cfg_1 would be gone"]
  expect(messages("rollback-files-missing", pruning)).toEqual(gone)
  input.observed.configs = []
  expect(messages("rollback-files-missing", input)).toEqual(gone)
})

describe("restore-test", () => {
  const members = [database(1, 10)]
  const with_ = (facts: Partial<GuardFacts>) =>
    messages("restore-test", change(members, members, facts))
  test.each<[string, Partial<GuardFacts>, RegExp | undefined]>([
    ["fresh", {}, undefined],
    ["a week old", { restoreTest: { finishedAtMs: nowMs - 7.9 * day, passed: true } }, undefined],
    ["stale", { restoreTest: { finishedAtMs: nowMs - 9 * day, passed: true } }, /9 days old/],
    ["failed", { restoreTest: { finishedAtMs: nowMs - day, passed: false } }, /1 days ago failed/],
    ["none yet: the backup tier reports none", { restoreTest: undefined }, undefined],
    [
      "failed, in development",
      { restoreTest: { finishedAtMs: nowMs, passed: false }, tier: "development" },
      undefined,
    ],
  ])("%s", (_, facts, expected) => {
    const found = with_(facts)
    if (expected === undefined) expect(found).toEqual([])
    else expect(found).toEqual([expect.stringMatching(expected)])
  })
  test("a fleet without a database, or with its first one, has nothing to restore", () => {
    const none = { restoreTest: undefined }
    expect(messages("restore-test", change([app({})], [app({})], none))).toEqual([])
    expect(messages("restore-test", change([], members, none))).toEqual([])
  })
})

describe("not-branch-head", () => {
  const at = (head: string | undefined, fresh = true, tier = "production") =>
    messages(
      "not-branch-head",
      change([], [], { tier, branch: { name: "origin/main", head, fresh } }),
    )
  test("the head passes, an older commit does not", () => {
    expect(at(commit)).toEqual([])
    expect(at("b".repeat(40))).toEqual([
      "origin/main is at bbbbbbbbbbbb, but aaaaaaaaaaaa would be applied",
    ])
    expect(at("b".repeat(40), false)[0]).toContain("was, when last fetched, at")
  })
  test("a branch nobody pushed is refused, a remote that says nothing is not", () => {
    expect(at(undefined)).toHaveLength(1)
    expect(at(undefined, false)).toEqual([])
    expect(at("b".repeat(40), true, "development")).toEqual([])
    expect(messages("not-branch-head", change([], []))).toEqual([])
  })
})

describe("overrides", () => {
  const refusals: Refusal[] = [
    { rule: "data-loss", reason: "", messages: ["a volume goes", "a host goes"] },
    { rule: "mode-change", reason: "", messages: ["a mode changes"] },
  ]
  const enforce = (overrides: string[]) => {
    const lines: string[] = []
    enforceGuard(refusals, overrides, (line) => lines.push(line))
    return lines
  }
  test("all dangers are listed at once with the flags that permit them", () => {
    expect(() => enforce([])).toThrow(
      "nothing was changed, because the plan is dangerous:\n  data-loss: a volume goes\n  data-loss: a host goes\n  mode-change: a mode changes\nChange the plan, or do it anyway with --override data-loss --override mode-change",
    )
    expect(() => enforce(["data-loss"])).toThrow(/^(?!.*data-loss).*mode-change/s)
  })
  test("what is overridden is printed, and so is what need not have been", () => {
    expect(enforce(["data-loss", "mode-change", "restore-test"])).toEqual([
      "overridden data-loss: a volume goes",
      "overridden data-loss: a host goes",
      "overridden mode-change: a mode changes",
      "--override restore-test was not needed",
    ])
  })
  test("a rule that does not exist is a typing error, not a permission", () => {
    expect(() => checkOverrides(["data-los"])).toThrow("names no guard rule")
    expect(() => checkOverrides(guardRules.map((rule) => rule.id))).not.toThrow()
  })
})
