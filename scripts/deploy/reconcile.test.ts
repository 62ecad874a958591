import { expect, test } from "vitest"
import type { Desired, DesiredService } from "./desired.ts"
import type { Observed } from "./observe.ts"
import { planLines, reconcile } from "./reconcile.ts"
import type { SwarmObject, SwarmService, SwarmTask } from "./swarm-types.ts"

function wants(shortName: string, specHash: string, wave = 10): DesiredService {
  return {
    name: `quickcart_${shortName}`,
    shortName,
    wave,
    deadlineSeconds: 60,
    impact: "restart",
    leader: undefined,
    alerts: [],
    host: undefined,
    isJob: false,
    monitorSeconds: 5,
    specHash,
    stack: {},
    configs: [],
  }
}

function lives(shortName: string, specHash: string, configs: string[] = []): SwarmService {
  return {
    ID: `id-${shortName}`,
    Version: { Index: 1 },
    CreatedAt: "2026-01-01T00:00:00Z",
    UpdatedAt: "2026-01-01T00:00:00Z",
    Spec: {
      Name: `quickcart_${shortName}`,
      Labels: { "quickcart.spec-hash": specHash },
      TaskTemplate: {
        ContainerSpec: { Image: "i", Configs: configs.map((ConfigName) => ({ ConfigName })) },
      },
      Mode: { Global: {} },
    },
  }
}

const object = (name: string, day: number): SwarmObject => ({
  ID: `id-${name}`,
  CreatedAt: `2026-01-0${day}T00:00:00Z`,
  Spec: { Name: name },
})

const desired = (parts: Partial<Desired>): Desired => ({
  services: [],
  configs: [],
  secrets: [],
  ...parts,
})
const observed = (parts: Partial<Observed>): Observed => ({
  services: [],
  tasks: [],
  nodes: [],
  configs: [],
  secrets: [],
  networks: [],
  ...parts,
})

test("an empty Swarm gets configs, secrets and services, in that order", () => {
  const plan = reconcile(
    desired({
      services: [wants("app", "a1"), wants("haproxy", "b1", 20)],
      configs: [{ name: "quickcart_haproxy_cfg_aaa", data: "x" }],
      secrets: [{ key: "edge_tls", name: "quickcart_edge_tls_bbb", value: "v" }],
    }),
    observed({}),
  )
  expect(planLines(plan)).toEqual([
    "create-config quickcart_haproxy_cfg_aaa: new content",
    "create-secret quickcart_edge_tls_bbb: new value",
    "create-service quickcart_app, wave 10, restart: not there yet",
    "create-service quickcart_haproxy, wave 20, restart: not there yet",
  ])
})

test("an unchanged fleet gives an empty plan", () => {
  const plan = reconcile(
    desired({ services: [wants("app", "a1")], configs: [{ name: "quickcart_c_a", data: "" }] }),
    observed({ services: [lives("app", "a1")], configs: [object("quickcart_c_a", 1)] }),
  )
  expect(planLines(plan)).toEqual([])
})

test("only the service whose definition changed is updated", () => {
  const plan = reconcile(
    desired({ services: [wants("app", "a2"), wants("haproxy", "b1")] }),
    observed({ services: [lives("app", "a1"), lives("haproxy", "b1")] }),
  )
  expect(planLines(plan)).toEqual([
    "update-service quickcart_app, wave 10, restart: definition a1 -> a2",
  ])
})

test("a service that left the files is removed", () => {
  const plan = reconcile(desired({}), observed({ services: [lives("old", "x")] }))
  expect(planLines(plan)).toEqual(["remove-service quickcart_old: no longer in the stack files"])
})

test("two unused generations stay for a revert, older ones go", () => {
  const configs = [1, 2, 3, 4].map((day) => object(`quickcart_haproxy_cfg_${day}`, day))
  const plan = reconcile(desired({}), observed({ configs }))
  expect(planLines(plan)).toEqual([
    "prune-config quickcart_haproxy_cfg_2: unused, older than the last 2 generations",
    "prune-config quickcart_haproxy_cfg_1: unused, older than the last 2 generations",
  ])
})

test("what a rollback would need is never pruned", () => {
  const configs = [1, 2, 3, 4].map((day) => object(`quickcart_haproxy_cfg_${day}`, day))
  const service = lives("haproxy-config", "h", ["quickcart_haproxy_cfg_4"])
  service.PreviousSpec = lives("haproxy-config", "g", ["quickcart_haproxy_cfg_1"]).Spec
  const plan = reconcile(
    desired({ services: [wants("haproxy-config", "h")] }),
    observed({ services: [service], configs }),
  )
  expect(planLines(plan)).toEqual([])
})

test("a job runs once for its content, again when it did not complete, and a few are kept", () => {
  const job = (shortName: string, day: number): SwarmService => {
    const live = lives(shortName, shortName)
    live.CreatedAt = `2026-01-0${day}T00:00:00Z`
    live.Spec.Mode = { ReplicatedJob: { TotalCompletions: 1 } }
    return live
  }
  const ended = (shortName: string, State: string): SwarmTask => ({
    ID: shortName,
    ServiceID: `id-${shortName}`,
    DesiredState: "complete",
    CreatedAt: "",
    Status: { Timestamp: "", State },
    Spec: { ContainerSpec: { Image: "i" } },
  })
  const want = { ...wants("migration-5", "migration-5"), isJob: true }
  const plan = (tasks: SwarmTask[], services: SwarmService[]) =>
    planLines(reconcile(desired({ services: [want] }), observed({ services, tasks })))
  expect(plan([], [])).toEqual([
    "create-service quickcart_migration-5, wave 10, restart: not there yet",
  ])
  expect(plan([ended("migration-5", "complete")], [job("migration-5", 5)])).toEqual([])
  expect(plan([ended("migration-5", "failed")], [job("migration-5", 5)])).toEqual([
    "update-service quickcart_migration-5, wave 10, restart: it has not completed",
  ])
  const older = [1, 2, 3].map((n) => job(`migration-${n}`, n))
  expect(plan([ended("migration-5", "complete")], [job("migration-5", 5), ...older])).toEqual([
    "remove-service quickcart_migration-1: a job older than the last 2",
  ])
})
