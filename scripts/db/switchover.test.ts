import { expect, test } from "vitest"
import type { DatabaseAccess } from "./access.ts"
import type { Cluster } from "./cluster.ts"
import { switchover } from "./switchover.ts"

/** A data tier that notes what was asked of it and does as it is told. */
function scene(change: Partial<DatabaseAccess> = {}) {
  const calls: string[] = []
  let primary = "database-1"
  const cluster = (): Cluster => ({
    paused: false,
    members: ["database-1", "database-2"].map((name) => ({
      name,
      role: name === primary ? "leader" : "replica",
      state: name === primary ? "running" : "streaming",
      host: name,
      timeline: 1,
      lagBytes: name === primary ? null : 0,
    })),
  })
  const database: DatabaseAccess = {
    members: ["database-1", "database-2"],
    poolers: ["app-1", "app-2"],
    cluster: async () => cluster(),
    longTransactions: async () => 0,
    checkpoint: async (member) => void calls.push(`checkpoint ${member}`),
    switchover: async ({ candidate }) => {
      calls.push(`switch to ${candidate.name}`)
      primary = candidate.name
    },
    pooler: async (host, statement) => {
      calls.push(`${statement} ${host}`)
      return true
    },
    routes: async () => ({ primary: [primary], replicas: [] }),
    ...change,
  }
  return { calls, run: () => switchover(database, undefined, () => {}) }
}

const resumed = ["RESUME app-1", "RESUME app-2"]

test("queries are held on every host, the primary changes, and they go on", async () => {
  const { calls, run } = scene()
  expect(await run()).toMatchObject({ from: "database-1", to: "database-2" })
  expect(calls).toEqual([
    "checkpoint database-1",
    "PAUSE app-1",
    "PAUSE app-2",
    "switch to database-2",
    ...resumed,
  ])
})

test("a host whose transactions do not end stops it, and every host goes on", async () => {
  const calls: string[] = []
  const pooler: DatabaseAccess["pooler"] = async (host, statement) => {
    calls.push(`${statement} ${host}`)
    return statement === "RESUME" || host !== "app-2"
  }
  await expect(scene({ pooler }).run()).rejects.toThrow("app-2 did not end within")
  expect(calls).toEqual(["PAUSE app-1", "PAUSE app-2", ...resumed])
})

test("a refusal of Patroni's leaves nobody waiting", async () => {
  const refuse = async () => {
    throw new Error("switchover is not possible")
  }
  const { calls, run } = scene({ switchover: refuse })
  await expect(run()).rejects.toThrow("not possible")
  expect(calls.slice(-2)).toEqual(resumed)
})

test("long transactions are found before anything is touched", async () => {
  const { calls, run } = scene({ longTransactions: async () => 2 })
  await expect(run()).rejects.toThrow("2 transactions are older")
  expect(calls).toEqual([])
})
