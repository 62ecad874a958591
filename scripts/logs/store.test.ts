import { expect, test } from "vitest"
import type { FleetFile } from "../deploy/fleet-file.ts"
import type { Remote } from "../io/ssh.ts"
import { queryOf } from "./options.ts"
import { askStore, storeCommand } from "./store.ts"

const fleet = {
  environment: "production",
  images: { logs: "logs@sha256:0" },
  hosts: ["manager-1", "manager-2"].map((name) => ({ name, role: "manager" })),
} as unknown as FleetFile
const query = (options = {}) => queryOf(fleet, [{ name: "app", isJob: false }], options)

test("the store is asked where it runs, and its lines are those of the hosts", async () => {
  const remote = {
    exec: async (host: string) => {
      expect(host).toBe("manager-2")
      const lines = ["app-2 quickcart_app.2.y 2026-11-28T15:00:02Z b c", "app-1 nonsense", ""]
      return { exitCode: 0, stdout: lines.join("\n"), stderr: "" }
    },
  } as unknown as Remote
  expect((await askStore(fleet, remote, query())).lines).toEqual([
    {
      time: "2026-11-28T15:00:02.000000000Z",
      host: "app-2",
      service: "app",
      task: "app.2.y",
      text: "b c",
    },
  ])
})

test("every word is one for the shell", () => {
  const command = storeCommand(query({ grep: "it's; reboot", since: "1h", lines: "5" }))
  expect(command).toMatch(/read-logs '5' '3600' '-' 'it'\\''s; reboot' '-' 'quickcart_app'$/)
})

test("without a store, or one that answers, it is said what to do", async () => {
  const silent = {
    exec: async () => ({ exitCode: 1, stdout: "", stderr: "its container does not run\n" }),
  } as unknown as Remote
  await expect(askStore(fleet, silent, query())).rejects.toThrow(
    "the log store on manager-2 does not answer: its container does not run. The hosts' own logs",
  )
  await expect(askStore({ ...fleet, images: {} }, silent, query())).rejects.toThrow(
    'production stores no logs. Leave out --store, which asks every host for its own, or write "logs: {}"',
  )
})
