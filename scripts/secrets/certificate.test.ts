import { once } from "node:events"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createServer as createTlsServer } from "node:tls"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import type { CertificateCredential } from "../../schema/credential.ts"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { openState, type State } from "../io/state.ts"
import { ensureBoxCredentials } from "./box-credentials.ts"
import { certificateLines, certificates } from "./certificate.ts"
import { knownNamingKey } from "./source.ts"

const names = ["shop.example", "www.shop.example"]
const edge = (hosts: string[]): CertificateCredential => ({
  kind: "certificate",
  name: "edge_tls",
  authority: "public",
  hosts,
})
let repository = ""
let state: State
beforeAll(async () => {
  repository = mkdtempSync(join(tmpdir(), "quickcart-certificate-"))
  state = openState(repository, "local")
  await ensureBoxCredentials(state, [edge(names)])
})
afterAll(() => rmSync(repository, { recursive: true }))

test("a naming key is taken without the blanks around it, and a weak one is refused", () => {
  const production = openState(repository, "production")
  const key = "k".repeat(32)
  vi.stubEnv("QUICKCART_SECRET_NAMING_KEY", `${key}\n`)
  expect(knownNamingKey(production)).toBe(key)
  vi.stubEnv("QUICKCART_SECRET_NAMING_KEY", `${"k".repeat(31)}\n`)
  expect(() => knownNamingKey(production)).toThrow("has 31 characters and needs 32 or more")
  vi.stubEnv("QUICKCART_SECRET_NAMING_KEY", " \n")
  expect(knownNamingKey(production)).toBeUndefined()
  vi.unstubAllEnvs()
})

/** A server on the loopback interface and its port. */
async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return (server.address() as AddressInfo).port
}

test("the expiry is that of the certificate that is served, whatever is known here", async () => {
  const fleet = {
    secrets: ["edge_tls"],
    credentials: [edge(names)],
    hostname: names[0],
    network: { vip: "127.0.0.1" },
  } as unknown as FleetFile
  const other = openState(repository, "other")
  await ensureBoxCredentials(other, [edge(["served.example"])])
  const pem = other.read("secrets", "edge_tls") ?? ""
  const server = createTlsServer({ cert: pem, key: pem })
  const silent = createServer()
  const at = { address: "127.0.0.1", name: "served.example" }
  try {
    const port = await listening(server)
    const served = await certificates(fleet, state, Date.now(), { ...at, port })
    expect(served).toMatchObject([{ names: ["served.example"], from: "served" }])
    const refused = { ...at, port: await listening(silent) }
    // Who accepts and says nothing is as good as nobody.
    const known = await certificates(fleet, state, Date.now(), refused)
    expect(known).toMatchObject([{ names, from: "known here" }])
  } finally {
    server.close()
    silent.close()
  }
  const nobody = await certificates(fleet, state, Date.now(), { ...at, port: 1 })
  expect(nobody).toMatchObject([{ names, from: "known here" }])
})

test("a certificate whose value is not known here is shown, with why", async () => {
  const production = openState(repository, "production")
  const inside: CertificateCredential = { ...edge(["etcd-tls", "a", "b"]), name: "etcd_tls" }
  const fleet = {
    secrets: ["edge_tls", "etcd_tls", "internal_ca", "redis_password", "session_key"],
    credentials: [
      edge(names),
      inside,
      { kind: "authority", name: "internal_ca" },
      { kind: "password", name: "redis_password" },
    ],
  } as unknown as FleetFile
  const nowhere = { address: "127.0.0.1", name: "shop.example", port: 1 }
  vi.stubEnv("QUICKCART_SECRET_INTERNAL_CA", "not what it should be")
  vi.stubEnv(
    "QUICKCART_SECRET_ETCD_TLS",
    "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----",
  )
  const unknown = await certificates(fleet, production, Date.now(), nowhere)
  vi.unstubAllEnvs()
  expect(unknown.map(({ secret, why }) => [secret, why])).toEqual([
    ["edge_tls", "no value here: QUICKCART_SECRET_EDGE_TLS is not set"],
    ["etcd_tls", "its value here is not a certificate that can be read"],
    ["internal_ca", "its value here holds no certificate"],
  ])
  expect(unknown.every(({ warning, expires }) => !warning && expires === null)).toBe(true)
  expect(certificateLines("production", unknown).join("\n")).toMatchInlineSnapshot(`
    "┌─────────────┬────────────────────────────────┬────────────────┬────────────────────────────────────────────┐
    │ certificate │ for                            │ expiry         │ seen                                       │
    ├─────────────┼────────────────────────────────┼────────────────┼────────────────────────────────────────────┤
    │ edge_tls    │ shop.example, www.shop.example │ expiry unknown │ no value here: QUICKCART_SECRET_EDGE_TLS   │
    │             │                                │                │ is not set                                 │
    │ etcd_tls    │ etcd-tls and 2 more            │ expiry unknown │ its value here is not a certificate that   │
    │             │                                │                │ can be read                                │
    │ internal_ca │ -                              │ expiry unknown │ its value here holds no certificate        │
    └─────────────┴────────────────────────────────┴────────────────┴────────────────────────────────────────────┘"
  `)
})

test("an encrypted file that cannot be read is why", async () => {
  mkdirSync(join(repository, "secrets"))
  writeFileSync(join(repository, "secrets", "staging.env.age"), "")
  vi.stubEnv("QUICKCART_AGE_KEY", "")
  vi.stubEnv("QUICKCART_AGE_IDENTITY", "")
  const fleet = { secrets: ["etcd_tls"], credentials: [{ ...edge(names), name: "etcd_tls" }] }
  const nowMs = Date.now()
  const staging = openState(repository, "staging")
  const at = { address: "127.0.0.1", name: "shop.example", port: 1 }
  const found = await certificates(fleet as unknown as FleetFile, staging, nowMs, at)
  vi.unstubAllEnvs()
  expect(found[0]?.why).toContain("secrets/staging.env.age is encrypted and no age identity")
})
