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
    (row) =>
      `${label(row)}: ${share(row.before, row.unit)} -> ${share(row.after, row.unit)} = ${row.arithmetic}`,
  )

test("replicas and global tasks are reserved on their role's hosts", () => {
  expect(lines(sizing(2, "1.5"), sizing(2, "1.5", 3))).toEqual([
    "cores claimed on app hosts (cores): 3.2 of 4 (0.8 left) -> 3.3 of 6 (2.7 left) = app 2 x 1.5 + agent 3 x 0.1",
    "memory claimed on app hosts: 1.2 GB of 8 GB (6.8 GB left) -> 1.3 GB of 12 GB (10.7 GB left) = app 2 x 0.5 GB + agent 3 x 0.1 GB",
    "baseline load of the app (requests/s): 400 of 450 (50 left) -> 400 of 450 (50 left) = 400 users x 1, of 3 cores that the tasks' limits allow x 150",
    "visitors on one load balancer (connections): 400 of 20,000 (19,600 left) -> 400 of 20,000 (19,600 left) = one for each user",
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

/** A service with a claim on memory, whose update adds tasks before it stops any. */
function startsFirst(name: string, wave: number, parallelism: number) {
  return service(name, {
    role: "app",
    wave,
    replicas: 4,
    update: { parallelism, order: "start-first" },
    definition: {
      image: name,
      deploy: {
        replicas: 4,
        resources: { reservations: { memory: "1000000000" } },
        placement: { constraints: ["node.labels.role == app"] },
        update_config: { parallelism, order: "start-first" },
      },
    },
  })
}

const memoryRows = (services: Sizing["services"], given = fleet.hosts) =>
  lines(undefined, { hosts: given, services, spec: undefined }).map((line) =>
    line.replace("unknown -> ", ""),
  )

test("an update's new tasks need room beside the old ones; waves follow one another", () => {
  const services = [
    startsFirst("app", 10, 2),
    startsFirst("worker", 10, 0),
    startsFirst("x", 20, 1),
  ]
  expect(memoryRows(services.slice(0, 1))).toEqual([
    "memory claimed on app hosts: 4 GB of 8 GB (4 GB left) = app 4 x 1 GB",
    "memory claimed on app hosts during an update: 6 GB of 8 GB (2 GB left) = 4 GB + app 2 x 1 GB more",
  ])
  expect(memoryRows(services)[1]).toBe(
    "memory claimed on app hosts during an update: 18 GB of 8 GB (10 GB short) = 12 GB + app 2 x 1 GB more + worker 4 x 1 GB more",
  )
})

test("a job runs beside what its wave finds", () => {
  const job = service("migration", {
    definition: {
      image: "m",
      deploy: {
        mode: "replicated-job",
        resources: { reservations: { memory: "2000000000" } },
        placement: { constraints: ["node.labels.role == app"] },
      },
    },
  })
  expect(memoryRows([job])).toEqual([
    "memory claimed on app hosts: 0 GB of 8 GB (8 GB left) = nothing",
    "memory claimed on app hosts during an update: 2 GB of 8 GB (6 GB left) = 0 GB + migration 2 GB more",
  ])
})

test("pinned services fill their own host, and the fullest one counts", () => {
  const pinned = (name: string, host: string, limit: string) =>
    service(name, {
      definition: {
        image: "r",
        deploy: {
          resources: { limits: { memory: limit } },
          placement: { constraints: [`node.labels.host == ${host}`] },
        },
      },
    })
  const agent = service("agent", {
    definition: {
      image: "a",
      deploy: {
        mode: "global",
        resources: { reservations: { memory: "100000000" }, limits: { memory: "900000000" } },
        placement: { constraints: ["node.labels.role == redis"] },
      },
    },
  })
  const services = [
    pinned("redis-1", "redis-1", "1000000000"),
    pinned("redis-2", "redis-2", "2000000000"),
    pinned("redis-4", "redis-2", "1500000000"),
    pinned("etcd-1", "manager-1", "400000000"),
    agent,
  ]
  expect(memoryRows(services, [...fleet.hosts, ...hosts("redis", 3)])).toEqual([
    "memory claimed on the fullest redis host: 3.6 GB of 4 GB (0.4 GB left) = redis-2: redis-2 2 GB + redis-4 1.5 GB + agent 0.1 GB",
    "memory claimed on the fullest manager host: 0.4 GB of 4 GB (3.6 GB left) = manager-1: etcd-1 0.4 GB",
  ])
})
