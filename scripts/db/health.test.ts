import { expect, test } from "vitest"
import { Failure } from "../io/failure.ts"
import type { DatabaseAccess } from "./access.ts"
import { databaseHealth, databaseLines } from "./health.ts"
import { parsePools, poolFaults } from "./pools.ts"

const databases = "name|host|paused\napp_rw|127.0.0.1|0\napp_ro|127.0.0.1|1\n"
const pools = [
  "database|user|cl_active|cl_waiting|maxwait|maxwait_us",
  "app_rw|app_rw|5|12|3|250000",
  "app_ro|app_ro|1|2|0|100000",
  "pgbouncer|pgbouncer|1|0|0|0",
].join("\n")

test("a pool that is full and a route that is paused are told apart", () => {
  expect(poolFaults(parsePools(`${pools}\n${databases}`))).toEqual([
    "12 clients of app_rw wait for a connection of app_rw, the longest for 3.3 s,",
    "app_ro is paused, 2 clients wait,",
  ])
})

test("a moment in the queue is no fault", () => {
  const calm = pools.replace("|3|250000", "|0|900000")
  expect(poolFaults(parsePools(`${calm}\n${databases.replace("0.1|1", "0.1|0")}`))).toEqual([])
})

test("what does not answer is a fault of its own", async () => {
  const database = {
    members: ["database-1"],
    poolers: ["app-1"],
    cluster: async () => {
      throw new Failure("no database member answers")
    },
    pools: async () => undefined,
    silence: async () => "certificate has expired",
    dataDisk: async () => ({ sizeBytes: 1e9, freeBytes: 0 }),
  } as unknown as DatabaseAccess
  expect(databaseLines(await databaseHealth(database))).toEqual([
    "database: primary NONE, replicas at most an unknown number of bytes behind",
    "database FAULT: no database member answers",
    "database FAULT: Patroni on database-1 does not answer: certificate has expired",
    "database FAULT: the data disk of database-1 is nearly full: 0 MB of 1000 MB free",
    "database FAULT: PgBouncer on app-1 does not answer",
  ])
})

test("a login that the primary would refuse is named", async () => {
  const database = {
    members: ["database-1"],
    poolers: [],
    cluster: async () => ({
      members: [{ name: "database-1", role: "leader", state: "running", timeline: 1 }],
      paused: false,
    }),
    silence: async () => undefined,
    dataDisk: async () => ({ sizeBytes: 1e9, freeBytes: 1e9 }),
    refusedLogins: async (member: string) => (member === "database-1" ? ["app_rw_1"] : []),
  } as unknown as DatabaseAccess
  expect((await databaseHealth(database)).faults).toEqual([
    "the database refuses the password of the login app_rw_1",
  ])
})

test("a disk and logins that nobody could look at are faults, not health", async () => {
  const database = {
    members: ["database-1"],
    poolers: [],
    cluster: async () => ({
      members: [{ name: "database-1", role: "leader", state: "running", timeline: 1 }],
      paused: false,
    }),
    silence: async () => undefined,
    dataDisk: async () => undefined,
    refusedLogins: async () => undefined,
  } as unknown as DatabaseAccess
  expect((await databaseHealth(database)).faults).toEqual([
    "the data disk of database-1 cannot be looked at",
    "the logins on database-1 cannot be looked at",
  ])
})
