import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { connect } from "./connect.ts"

const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nplanted\n-----END OPENSSH PRIVATE KEY-----"
let repository: string

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), "quickcart-connect-"))
  mkdirSync(join(repository, "stacks", "staging"), { recursive: true })
  mkdirSync(join(repository, "environments", "known_hosts"), { recursive: true })
  const hosts = [
    { name: "bastion-1", role: "bastion" },
    { name: "manager-1", role: "manager" },
    { name: "app-1", role: "app" },
  ]
  const fleet = JSON.stringify({ environment: "staging", hosts })
  writeFileSync(join(repository, "stacks", "staging", "fleet.json"), fleet)
})

afterEach(() => rmSync(repository, { recursive: true, force: true }))

function pin(...names: string[]): void {
  const lines = names.map((name) => `${name} ssh-ed25519 AAAAC3Nz ${name}\n`)
  writeFileSync(join(repository, "environments", "known_hosts", "staging"), lines.join(""))
}

const keyFile = () => join(repository, ".quickcart", "staging", "ssh", "deploy_key")

test("key and pins go where SSH looks for them, readable by the owner only", () => {
  pin("bastion-1", "manager-1")
  expect(connect(repository, "staging", { QUICKCART_SSH_KEY: `\n${key}\n\n` })).toEqual([
    "bastion-1",
    "manager-1",
  ])
  expect(readFileSync(keyFile(), "utf8")).toBe(`${key}\n`)
  expect(statSync(keyFile()).mode & 0o777).toBe(0o600)
})

test("everything that is missing is said at once, and nothing is written", () => {
  const attempt = () => connect(repository, "staging", {})
  expect(attempt).toThrow(/QUICKCART_SSH_KEY is empty[\s\S]*known_hosts\/staging is missing/)
  expect(existsSync(keyFile())).toBe(false)
})

test("a manager without a pinned key is refused, not trusted on first use", () => {
  pin("bastion-1")
  expect(() => connect(repository, "staging", { QUICKCART_SSH_KEY: key })).toThrow(
    "pins no key for manager-1",
  )
  expect(existsSync(keyFile())).toBe(false)
})

test("something that is no private key is refused without being shown", () => {
  pin("bastion-1", "manager-1")
  const attempt = () => connect(repository, "staging", { QUICKCART_SSH_KEY: "ssh-ed25519 planted" })
  expect(attempt).toThrow("holds no private key")
  expect(attempt).not.toThrow("planted")
})
