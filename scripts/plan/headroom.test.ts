import { expect, test } from "vitest"
import { headroom, type Sizing } from "./headroom.ts"
import { exceeded, label, share } from "./phrases.ts"
import { fleet, hosts, service } from "./plan-fixture.ts"
import { specWith } from "./spec-fixture.ts"

const resources = (cpus: string, memory: string) => ({
  limits: { cpus, memory },
  reservations: { cpus, memory },
})

function sizing(replicas: number, cpus: string, appHosts = 2): Sizing {
  return {
    hosts: [...fleet.hosts.filter(({ role }) => role !== "app"), ...hosts("app", appHosts)],
    services: [
      service("app", {
        role: "app",
        replicas,
        definition: {
          image: "a",
          deploy: {
            replicas,
            resources: resources(cpus, "500000000"),
            placement: { constraints: ["node.labels.role == app"] },
          },
        },
      }),
      service("agent", {
        mode: "global",
        definition: {
          image: "b",
          deploy: {
            mode: "global",
            resources: resources("0.1", "100000000"),
            placement: { constraints: ["node.labels.role == app"] },
          },
        },
      }),
    ],
    spec: specWith({
      concurrentUsers: 400,
      requestsPerUserPerSecond: 1,
      requestsPerCorePerSecond: 150,
    }),
  }
}

const lines = (before: Sizing | undefined, after: Sizing) =>
  headroom(before, after).map(
    (row) => `${label(row)}: ${share(row.before, row.unit)} -> ${share(row.after, row.unit)}`,
  )

test("replicas and global tasks are reserved on their role's hosts", () => {
  expect(lines(sizing(2, "1.5"), sizing(2, "1.5", 3))).toEqual([
    "cores reserved on app hosts (cores): 3.2 of 4 (0.8 left) -> 3.3 of 6 (2.7 left)",
    "memory reserved on app hosts: 1.2 GB of 8 GB (6.8 GB left) -> 1.3 GB of 12 GB (10.7 GB left)",
    "baseline load of the app (requests/s): 400 of 450 (50 left) -> 400 of 450 (50 left)",
    "visitors on one load balancer (connections): 400 of 20,000 (19,600 left) -> 400 of 20,000 (19,600 left)",
  ])
})

test("the tasks' limits bound the capacity, and so do the hosts' cores", () => {
  const rows = (one: Sizing) => headroom(undefined, one).find(({ unit }) => unit === "requests/s")
  const limited = rows(sizing(2, "1"))
  expect(limited?.after).toEqual({ used: 400, provided: 300 })
  expect(limited && exceeded(limited)).toBe(true)
  expect(rows(sizing(8, "1"))?.after?.provided).toBe(600)
})

test("an unknown base is unknown, not zero", () => {
  expect(lines(undefined, sizing(2, "1"))[0]).toContain("unknown -> 2.2 of 4")
})
