import { X509Certificate } from "node:crypto"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { type AddressInfo, createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createServer as createTlsServer } from "node:tls"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { openState, type State } from "../io/state.ts"
import { ensureBoxCertificate, issueBoxCertificate } from "./box-certificate.ts"
import { certificateLine, certificateStatus, certificates } from "./certificate.ts"
import { namingKey } from "./source.ts"

const names = ["shop.example", "www.shop.example"]
let repository = ""
let state: State
beforeAll(async () => {
  repository = mkdtempSync(join(tmpdir(), "quickcart-certificate-"))
  state = openState(repository, "local")
  await ensureBoxCertificate(state, names)
})
afterAll(() => rmSync(repository, { recursive: true }))

const bundle = () => state.read("secrets", "edge_tls") ?? ""

test("days left are counted to the certificate that visitors see", () => {
  const end = Date.parse(new X509Certificate(bundle()).validTo)
  const at = (days: number) => certificateStatus("edge_tls", bundle(), end - days * 86_400_000)
  expect(at(90)).toMatchObject({ daysLeft: 90, warning: false, names })
  expect(at(20.5)).toMatchObject({ daysLeft: 20, warning: true })
  expect(certificateLine(at(20.5) ?? fail())).toMatch(
    /^WARNING: certificate edge_tls .*20 days left/,
  )
  expect(certificateLine(at(-1) ?? fail())).toContain("EXPIRED")
})

test("a secret that holds no certificate has no expiry", () => {
  expect(certificateStatus("session_key", "just text", 0)).toBeUndefined()
})

test("a good certificate is kept, a rotated one is new and from the same CA", async () => {
  const before = bundle()
  await ensureBoxCertificate(state, names)
  expect(bundle()).toBe(before)
  await issueBoxCertificate(state, names)
  expect(bundle()).not.toBe(before)
  const authority = new X509Certificate(state.read("secrets", "ca.pem") ?? "")
  for (const text of [before, bundle()]) {
    expect(new X509Certificate(text).verify(authority.publicKey)).toBe(true)
  }
})

test("the box makes its naming key once; elsewhere a missing one is an error", async () => {
  const made = namingKey(state)
  await ensureBoxCertificate(state, names)
  expect(namingKey(state)).toBe(made)
  expect(() => namingKey(openState(repository, "production"))).toThrow(
    "QUICKCART_SECRET_NAMING_KEY",
  )
})

test("a naming key is taken without the blanks around it, and a weak one is refused", () => {
  const production = openState(repository, "production")
  const key = "k".repeat(32)
  vi.stubEnv("QUICKCART_SECRET_NAMING_KEY", `${key}\n`)
  expect(namingKey(production)).toBe(key)
  vi.stubEnv("QUICKCART_SECRET_NAMING_KEY", `${"k".repeat(31)}\n`)
  expect(() => namingKey(production)).toThrow("has 31 characters and needs 32 or more")
  vi.stubEnv("QUICKCART_SECRET_NAMING_KEY", " \n")
  expect(() => namingKey(production)).toThrow("no key to name secrets with")
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
    hostname: names[0],
    network: { vip: "127.0.0.1" },
  } as unknown as FleetFile
  const other = openState(repository, "other")
  await ensureBoxCertificate(other, ["served.example"])
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

function fail(): never {
  throw new Error("no certificate was found")
}
