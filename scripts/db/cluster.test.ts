import { expect, test } from "vitest"
import {
  clusterFaults,
  isInPlace,
  parseCluster,
  pendingRestarts,
  planSwitchover,
} from "./cluster.ts"

const names = ["database-1", "database-2", "database-3"]

function answer(change: (members: Record<string, unknown>[]) => void = () => {}, more = {}) {
  const members: Record<string, unknown>[] = [
    { name: "database-2", role: "leader", state: "running", host: "10.80.0.32", timeline: 4 },
    {
      name: "database-1",
      role: "replica",
      state: "streaming",
      host: "10.80.0.31",
      timeline: 4,
      lag: 512,
    },
    {
      name: "database-3",
      role: "replica",
      state: "streaming",
      host: "10.80.0.33",
      timeline: 4,
      lag: 0,
    },
  ]
  change(members)
  return parseCluster(JSON.stringify({ members, scope: "shop", ...more }))
}

test("a healthy cluster has no faults, and the replica that is least behind takes over", () => {
  expect(clusterFaults(answer(), names)).toEqual([])
  const { leader, candidate } = planSwitchover(answer(), names)
  expect([leader.name, candidate.name]).toEqual(["database-2", "database-3"])
  expect(planSwitchover(answer(), names, "database-1").candidate.name).toBe("database-1")
})

test.each<[string, (members: Record<string, unknown>[]) => void]>([
  ["database-3 is missing", (members) => members.pop()],
  [
    "database-1 is stopped, not streaming",
    ([, first]) => Object.assign(first ?? {}, { state: "stopped" }),
  ],
  [
    "database-3 is on timeline 3, not 4",
    ([, , third]) => Object.assign(third ?? {}, { timeline: 3 }),
  ],
  ["there is no primary", ([leader]) => Object.assign(leader ?? {}, { state: "starting" })],
])("%s: no switchover", (fault, change) => {
  expect(clusterFaults(answer(change), names)).toContain(fault)
  expect(() => planSwitchover(answer(change), names)).toThrow(fault)
})

test("a member has its place when it leads or streams, not while it starts or is away", () => {
  expect(names.map((name) => isInPlace(answer(), name))).toEqual([true, true, true])
  const restarting = answer((members) => {
    for (const member of members) member.state = "starting"
    members.pop()
  })
  expect(names.map((name) => isInPlace(restarting, name))).toEqual([false, false, false])
})

test("a member that waits for a restart is told of, and may hand over or be deployed", () => {
  const waiting = answer(([leader]) => Object.assign(leader ?? {}, { pending_restart: true }))
  expect(pendingRestarts(waiting)).toEqual([
    "database-2 runs with older settings until it restarts (PostgresPendingRestart)",
  ])
  expect(pendingRestarts(answer())).toEqual([])
  expect(clusterFaults(waiting, names)).toEqual([])
})

test("a paused cluster, a replica far behind and a stranger are refused", () => {
  expect(() => planSwitchover(answer(undefined, { pause: true }), names)).toThrow("paused")
  const behind = answer((members) => {
    for (const member of members) if (member.role === "replica") member.lag = 2e6
  })
  expect(() => planSwitchover(behind, names)).toThrow("2000000 bytes behind")
  const unknown = answer(([, first]) => Object.assign(first ?? {}, { lag: "unknown" }))
  expect(() => planSwitchover(unknown, names, "database-1")).toThrow("an unknown number of bytes")
  expect(() => planSwitchover(answer(), names, "database-2")).toThrow("database-1")
})

test("what is no answer of Patroni's is said", () => {
  expect(() => parseCluster("curl: nothing")).toThrow("no JSON")
  expect(() => parseCluster("{}")).toThrow("no members")
})
