import { expect, test } from "vitest"
import { Failure } from "../io/failure.ts"
import type { Silence } from "./access.ts"
import { whileSilenced } from "./silenced.ts"

const silence = (alertname: string, node?: string): Silence => ({
  matchers: [
    { name: "alertname", value: alertname, isRegex: false, isEqual: true },
    ...(node === undefined ? [] : [{ name: "node", value: node, isRegex: true, isEqual: true }]),
  ],
  startsAt: "",
  endsAt: "",
  createdBy: "",
  comment: "",
})
const two = [silence("AppTaskDown"), silence("PatroniDown", "database-1|database-2")]

/** An Alertmanager, and what happened in order. */
function alertmanager(refuses: string[] = []) {
  const log: string[] = []
  const refuse = (what: string) => {
    if (refuses.includes(what)) throw new Failure(`${what} refused`)
  }
  const access = {
    silence: async ({ matchers, endsAt }: Silence) => {
      const name = matchers[0]?.value ?? ""
      refuse(name)
      const isShort = endsAt !== ""
      log.push(`silence ${name}${isShort ? " for a minute" : ""}`)
      return `id of ${name}`
    },
    expireSilence: async (id: string) => {
      refuse(id)
      log.push(`expire ${id}`)
    },
  }
  const run = (work: () => Promise<string>, silences = two) =>
    whileSilenced(access, silences, (line) => log.push(line), work)
  const work = async () => {
    log.push("work")
    return "done"
  }
  return { log, run, work, access }
}

test("silences begin before the work and end a minute after it, when monitoring has seen that all is well", async () => {
  const { log, run, work } = alertmanager()
  expect(await run(work)).toBe("done")
  expect(log).toEqual([
    "silence AppTaskDown",
    "silence PatroniDown",
    "silenced until it is done: AppTaskDown, PatroniDown (database-1, database-2)",
    "work",
    "silence AppTaskDown for a minute",
    "silence PatroniDown for a minute",
    "expire id of AppTaskDown",
    "expire id of PatroniDown",
  ])
})

test("they end at once when the work fails, with its error", async () => {
  const { log, run } = alertmanager()
  await expect(run(() => Promise.reject(new Failure("rolled back")))).rejects.toThrow("rolled back")
  expect(log.slice(-2)).toEqual(["expire id of AppTaskDown", "expire id of PatroniDown"])
})

test("one that cannot be made is reported; the work and the other go on", async () => {
  const { log, run, work } = alertmanager(["AppTaskDown"])
  expect(await run(work)).toBe("done")
  expect(log).toEqual([
    "silence PatroniDown",
    "warning: a silence could not be made or ended: AppTaskDown refused",
    "silenced until it is done: PatroniDown (database-1, database-2)",
    "work",
    "silence PatroniDown for a minute",
    "expire id of PatroniDown",
  ])
})

test("one that cannot be ended is reported, and does not hide what the work did", async () => {
  const { log, run, work } = alertmanager(["id of PatroniDown"])
  expect(await run(work)).toBe("done")
  expect(log).toContain("warning: a silence could not be made or ended: id of PatroniDown refused")
})

test("without monitoring, or without anything to expect, nobody is asked", async () => {
  const { log, run, work } = alertmanager()
  await run(work, [])
  await whileSilenced(null, two, (line) => log.push(line), work)
  expect(log).toEqual(["work", "work"])
})
