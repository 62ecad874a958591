import { expect, test } from "vitest"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { neverStarted, sshConfig, withoutOwnWords } from "./ssh.ts"
import type { State } from "./state.ts"

const host = (
  name: string,
  role: string,
  privateAddress: string,
  publicAddress: string | null,
) => ({
  name,
  role,
  privateAddress,
  publicAddress,
  vcpu: 1,
  memoryBytes: 1e9,
})
const fleet = {
  hosts: [
    host("manager-1", "manager", "10.0.0.11", null),
    host("load-balancer-1", "load-balancer", "10.0.0.21", "203.0.113.21"),
    host("bastion-1", "bastion", "10.0.0.5", "203.0.113.5"),
  ],
} as unknown as FleetFile
const state = { path: (...parts: string[]) => ["/s", ...parts].join("/") } as State

test("only the bastion is reached directly, every key is pinned by host name", () => {
  const text = sshConfig(fleet, state, "/tmp/c")
  expect(text).toContain("Host bastion-1\n  HostName 203.0.113.5\n  HostKeyAlias bastion-1\nHost *")
  expect(text).toContain(
    "Host load-balancer-1\n  HostName 10.0.0.21\n  HostKeyAlias load-balancer-1\n  ProxyJump bastion-1",
  )
  expect(text).toContain("StrictHostKeyChecking yes")
  expect(text).toContain("UserKnownHostsFile /s/ssh/known_hosts")
  expect(text).toContain("ControlPath /tmp/c/%C")
})

test("only a connection that never began is tried again", () => {
  const said = (exitCode: number, stderr: string) => neverStarted({ exitCode, stdout: "", stderr })
  expect(said(255, "Connection timed out during banner exchange")).toBe(true)
  expect(said(255, "kex_exchange_identification: Connection closed by remote host")).toBe(true)
  // The command may have run.
  expect(said(255, "client_loop: send disconnect: Broken pipe")).toBe(false)
  expect(said(1, "during banner exchange")).toBe(false)
})

test("the configuration for people shares no connection", () => {
  expect(sshConfig(fleet, state)).not.toContain("Control")
})

test("what ssh says of its own affairs is nothing that a command said", () => {
  const own = "ControlSocket /tmp/quickcart-0-1/2 already exists, disabling multiplexing"
  const result = { exitCode: 1, stdout: "", stderr: `${own}\r\ncurl: (28) timed out\n` }
  expect(withoutOwnWords(result).stderr.trim()).toBe("curl: (28) timed out")
})
