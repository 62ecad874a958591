import { expect, test } from "vitest"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { Failure } from "../io/failure.ts"
import { HostKeyChanged, type Remote } from "../io/ssh.ts"
import { askHosts } from "./ask.ts"
import { queryOf } from "./options.ts"

const host = (name: string, role: string) => ({ name, role })
const fleet = {
  environment: "local",
  hosts: [host("manager-1", "manager"), host("app-1", "app"), host("bastion-1", "bastion")],
} as FleetFile
const query = (options = {}) => queryOf(fleet, [{ name: "app", isJob: false }], options)

/** A fleet whose hosts answer with these lines, or with why they do not. */
const hosts = (answers: Record<string, string[] | Error>) =>
  ({
    exec: async (name: string) => {
      const answer = answers[name]
      if (answer instanceof Error) throw answer
      return { exitCode: 0, stderr: "", stdout: `${answer?.join("\n")}\n` }
    },
  }) as unknown as Remote
const at = (second: number, text: string) =>
  `quickcart_app.1.x 2026-11-28T15:00:0${second}.000000000Z ${text}`

test("hosts that are down are named; what the others have is there in order", async () => {
  const down = new Failure("app-1: ssh: connect to host 10.0.0.31 port 22: timed out\nmore")
  const some = hosts({ "manager-1": [at(2, "later"), at(1, "sooner")], "app-1": down })
  const answer = await askHosts(fleet, some, query())
  expect(answer.lines.map(({ text }) => text)).toEqual(["sooner", "later"])
  expect(answer.unasked).toEqual([
    { host: "app-1", reason: "ssh: connect to host 10.0.0.31 port 22: timed out" },
  ])
})

test("when none answers that is an error, not an empty log", async () => {
  const none = hosts({ "manager-1": new Failure("down"), "app-1": new Failure("") })
  await expect(askHosts(fleet, none, query())).rejects.toThrow(
    "no host of local could be asked:\n  manager-1: down\n  app-1: no answer within 60 s",
  )
})

test("somebody else who answers at a host's address is refused at once", async () => {
  const changed = hosts({ "manager-1": [], "app-1": new HostKeyChanged("not the pinned one") })
  await expect(askHosts(fleet, changed, query())).rejects.toThrow("not the pinned one")
})

test("the newest lines of all hosts together, and that there are more", async () => {
  const both = hosts({ "manager-1": [at(1, "a"), at(3, "c")], "app-1": [at(2, "b")] })
  const answer = await askHosts(fleet, both, query({ lines: "2" }))
  expect(answer.lines.map(({ text, host }) => `${host} ${text}`)).toEqual([
    "app-1 b",
    "manager-1 c",
  ])
  expect(answer.cut).toBe(true)
  expect((await askHosts(fleet, both, query({ lines: "3" }))).cut).toBe(false)
})

test("a text is looked for in the text, not in the time before it", async () => {
  const some = hosts({ "manager-1": [at(1, "status 200"), at(2, "of 15:00:01")], "app-1": [] })
  const answer = await askHosts(fleet, some, query({ grep: "15:00:0" }))
  expect(answer.lines.map(({ text }) => text)).toEqual(["of 15:00:01"])
})

test("one host alone is asked where one is named", async () => {
  const both = hosts({ "manager-1": [at(1, "a")], "app-1": [at(2, "b")] })
  const answer = await askHosts(fleet, both, query({ host: "app-1" }))
  expect(answer.lines.map(({ text }) => text)).toEqual(["b"])
  expect(() => query({ host: "app1" })).toThrow(
    'local has no Swarm host "app1": did you mean "app-1"?',
  )
})

test("options are checked before anybody is asked", () => {
  expect(query({ since: "10m" }).since).toBe(600)
  expect(query({ since: "2026-11-28T22:00:00+07:00" }).since).toBe("2026-11-28T15:00:00.000Z")
  expect(() => query({ until: "soon" })).toThrow("--until takes a span")
  expect(() => query({ follow: true, store: true })).toThrow("leave out --store and --until")
  expect(query({ follow: true }).lines).toBe(10)
  expect(() => query({ since: "10m; reboot" })).toThrow("--since takes a span")
  expect(() => query({ since: "2026-13-28" })).toThrow("--since takes a span")
  expect(() => query({ lines: "5 /etc" })).toThrow("--lines takes a number")
  expect(() => query({ grep: "a\nb" })).toThrow("one line")
})
