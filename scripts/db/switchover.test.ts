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
      waitsForRestart: false,
    })),
  })
  const database: DatabaseAccess = {
    members: ["database-1", "database-2"],
    poolers: ["app-1", "app-2"],
    cluster: async () => cluster(),
    longTransactions: async () => 0,
    checkpoint: async (member) => void calls.push(`checkpoint ${member}`),
    prepareSwitchover: ({ candidate }) => ({
      begin: async () => {
        calls.push(`switch to ${candidate.name}`)
        primary = candidate.name
      },
      cancel: () => {},
    }),
    hold: async (host) => {
      calls.push(`hold ${host}`)
      return undefined
    },
    release: async (host) => void calls.push(`release ${host}`),
    pools: async () => [],
    silence: async () => undefined,
    refusedLogins: async () => [],
    dataDisk: async () => undefined,
    held: async (host) => {
      calls.push(`wait ${host}`)
      return host === "app-2" ? 2.5 : 1.5
    },
    ...change,
  }
  return { calls, run: () => switchover(database, undefined, () => {}) }
}

test("queries are held on every host, the primary changes, and the longest hold is told", async () => {
  const { calls, run } = scene()
  expect(await run()).toEqual({ from: "database-1", to: "database-2", stallSeconds: 2.5 })
  expect(calls).toEqual([
    "checkpoint database-1",
    "hold app-1",
    "hold app-2",
    "switch to database-2",
    "wait app-1",
    "wait app-2",
  ])
})

test("a candidate that does not answer itself is refused before anybody waits", async () => {
  const { calls, run } = scene({ silence: async () => "connection refused" })
  await expect(run()).rejects.toThrow("database-2 does not answer (connection refused)")
  expect(calls).toEqual([])
})

test("a host whose transactions do not end stops it, and those that wait go on", async () => {
  const { calls, run } = scene({
    hold: async (host) =>
      host === "app-2" ? { why: "transactions did not end within 3 s", mayWait: false } : undefined,
  })
  await expect(run()).rejects.toThrow("app-2: transactions did not end within 3 s")
  expect(calls).toEqual(["checkpoint database-1", "release app-1"])
})

test("a host whose answer is lost stops it, and is let go on with those that wait", async () => {
  const { calls, run } = scene({
    hold: async (host) =>
      host === "app-2" ? { why: "no answer within 8 s", mayWait: true } : undefined,
  })
  await expect(run()).rejects.toThrow("app-2: no answer within 8 s")
  expect(calls).toEqual(["checkpoint database-1", "release app-1", "release app-2"])
})

test("an app host that does not answer is named before anybody waits", async () => {
  const { calls, run } = scene({ pools: async (host) => (host === "app-2" ? undefined : []) })
  await expect(run()).rejects.toThrow("PgBouncer does not answer on app-2")
  expect(calls).toEqual([])
})

test("a refusal of Patroni's leaves nobody waiting", async () => {
  const refuse = async () => {
    throw new Error("switchover is not possible")
  }
  const { calls, run } = scene({ prepareSwitchover: () => ({ begin: refuse, cancel: () => {} }) })
  await expect(run()).rejects.toThrow("not possible")
  expect(calls.slice(-2)).toEqual(["release app-1", "release app-2"])
})

test("a host that let its queries go without the new primary is named", async () => {
  const { run } = scene({ held: async (host) => (host === "app-1" ? undefined : 2) })
  await expect(run()).rejects.toThrow("queries of app-1 go on")
})

test("long transactions are found before anything is touched", async () => {
  const { calls, run } = scene({ longTransactions: async () => 2 })
  await expect(run()).rejects.toThrow("2 transactions are older")
  expect(calls).toEqual([])
})
