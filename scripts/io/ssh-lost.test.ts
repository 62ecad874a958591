import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { connectionLost, openRemote, type Remote } from "./ssh.ts"
import { openState } from "./state.ts"

// An ssh that logs what it is asked for, and whose connection breaks under the command `cut`, once.
const fakeSsh = (directory: string) => `#!/bin/sh
shift 2
echo "$@" >> ${directory}/log
case "$*" in
  *cut-by-signal) [ -f ${directory}/was-cut ] || { touch ${directory}/was-cut; kill -KILL $$; } ;;
  *cut) [ -f ${directory}/was-cut ] || { touch ${directory}/was-cut; exit 255; } ;;
  *refuse) exit 3 ;;
esac
echo answer
`

const host = (name: string, role: string) => ({ name, role, publicAddress: null })
const fleet = {
  environment: "test",
  hosts: [host("manager-1", "manager"), host("bastion-1", "bastion")],
} as unknown as FleetFile

let directory: string
let remote: Remote
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "quickcart-ssh-test-"))
  writeFileSync(join(directory, "ssh"), fakeSsh(directory))
  chmodSync(join(directory, "ssh"), 0o755)
  vi.stubEnv("PATH", `${directory}:${process.env.PATH}`)
  const state = openState(directory, "test")
  state.write("key", "ssh", "deploy_key")
  remote = openRemote(fleet, state)
  await remote.exec("manager-1", "true")
  writeFileSync(join(directory, "log"), "")
})
afterEach(async () => {
  await remote.close()
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true })
})

const asked = () => readFileSync(join(directory, "log"), "utf8").trim().split("\n")
const entrance = "-o ConnectTimeout=5 bastion-1 -- true"

test.each(["cut", "cut-by-signal"])("a read goes on over a new connection: %s", async (command) => {
  const result = await remote.exec("manager-1", command, { repeatable: true })
  expect(result.stdout).toBe("answer\n")
  expect(asked()).toEqual([`manager-1 -- ${command}`, entrance, `manager-1 -- ${command}`])
})

test("what may have changed something is not sent twice, and the next command enters anew", async () => {
  const result = await remote.exec("manager-1", "cut-by-signal", { allowFailure: true })
  expect(connectionLost(result)).toBe(true)
  await remote.exec("manager-1", "next")
  expect(asked()).toEqual(["manager-1 -- cut-by-signal", entrance, "manager-1 -- next"])
})

test("a command that fails by itself is an answer", async () => {
  const result = await remote.exec("manager-1", "refuse", { allowFailure: true, repeatable: true })
  expect(connectionLost(result)).toBe(false)
  expect(asked()).toEqual(["manager-1 -- refuse"])
})
