import { X509Certificate } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { CertificateCredential, Credential } from "../../schema/credential.ts"
import { openState, type State } from "../io/state.ts"
import {
  addInternalAuthority,
  ensureBoxCredentials,
  issueBoxCertificate,
  nextPasswords,
  signWithNewest,
  trustSignerOnly,
} from "./box-credentials.ts"
import { certificateLines, certificateStatus } from "./certificate.ts"
import { isTrusted } from "./pem.ts"
import { knownNamingKey } from "./source.ts"

const edge: CertificateCredential = {
  kind: "certificate",
  name: "edge_tls",
  authority: "public",
  hosts: ["shop.example", "www.shop.example"],
}
const internal: CertificateCredential = {
  kind: "certificate",
  name: "etcd_tls",
  authority: "internal",
  hosts: ["etcd-tls", "manager-1", "10.80.0.11"],
}
const credentials: Credential[] = [
  edge,
  internal,
  { kind: "authority", name: "internal_ca" },
  { kind: "password", name: "postgres_app_password" },
]

let repository = ""
let state: State
beforeAll(async () => {
  repository = mkdtempSync(join(tmpdir(), "quickcart-credentials-"))
  state = openState(repository, "local")
  await ensureBoxCredentials(state, credentials)
}, 60_000)
afterAll(() => rmSync(repository, { recursive: true }))

const value = (name: string) => state.read("secrets", name) ?? ""
const bundle = () => value("edge_tls")

test("days left are counted to the certificate that visitors see", () => {
  const end = Date.parse(new X509Certificate(bundle()).validTo)
  const at = (days: number) => certificateStatus("edge_tls", bundle(), end - days * 86_400_000)
  expect(at(90)).toMatchObject({ daysLeft: 90, warning: false, names: edge.hosts })
  expect(at(20.5)).toMatchObject({ daysLeft: 20, warning: true })
  const [warning, table] = certificateLines("production", [at(20.5) ?? fail()])
  expect(warning).toBe(
    "WARNING: certificate edge_tls: 20 days left; run: npx quickcart secrets rotate production edge_tls",
  )
  expect(table).toContain("20 days left, until ")
  expect(certificateLines("production", [at(90) ?? fail()])).toHaveLength(1)
  expect(certificateLines("production", [at(-1) ?? fail()])[0]).toContain("EXPIRED")
})

test("a secret that holds no certificate has no expiry", () => {
  expect(certificateStatus("session_key", "just text", 0)).toBeUndefined()
})

test("what is there is kept, a rotated certificate is new and from the same CA", async () => {
  const before = credentials.map(({ name }) => value(name))
  await ensureBoxCredentials(state, credentials)
  expect(credentials.map(({ name }) => value(name))).toEqual(before)
  await issueBoxCertificate(state, edge)
  expect(bundle()).not.toBe(before[0])
  const authority = new X509Certificate(value("ca.pem"))
  for (const text of [before[0] ?? "", bundle()]) {
    expect(new X509Certificate(text).verify(authority.publicKey)).toBe(true)
  }
})

test("hosts that join get a certificate that names them", async () => {
  const before = value("etcd_tls")
  const hosts = [...internal.hosts, "manager-2", "10.80.0.12"]
  await ensureBoxCredentials(state, [{ ...internal, hosts }])
  expect(value("etcd_tls")).not.toBe(before)
  expect(new X509Certificate(value("etcd_tls")).checkIP("10.80.0.12")).toBe("10.80.0.12")
})

test("inside the fleet another authority signs than visitors trust, for both ends", () => {
  const certificate = new X509Certificate(value("etcd_tls"))
  expect(certificate.verify(new X509Certificate(value("internal_ca")).publicKey)).toBe(true)
  expect(certificate.verify(new X509Certificate(value("ca.pem")).publicKey)).toBe(false)
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"])
  expect(value("internal_ca")).not.toContain("PRIVATE KEY")
})

test("a password needs no quoting anywhere", () => {
  expect(value("postgres_app_password")).toMatch(/^[0-9a-f]{48}$/)
})

test("a password that consumers read by lines is accepted everywhere before it is used", () => {
  const credential = { kind: "password", name: "x", severalLines: true } as const
  const [first = "", second = ""] = nextPasswords(credential, "old\noldest")
  const next = /^old\n([0-9a-f]{48})$/.exec(first)?.[1]
  expect(second).toBe(`${next}\nold`)
  expect(nextPasswords({ kind: "password", name: "x" }, "old")).toEqual([
    expect.stringMatching(/^[0-9a-f]{48}$/),
  ])
})

test("the box makes its naming key once; elsewhere none is made up", async () => {
  const made = knownNamingKey(state)
  await ensureBoxCredentials(state, credentials)
  expect(knownNamingKey(state)).toBe(made)
  expect(knownNamingKey(openState(repository, "production"))).toBeUndefined()
})

test("a certificate of an authority that is trusted no more is made anew", async () => {
  const before = value("etcd_tls")
  await addInternalAuthority(state)
  signWithNewest(state)
  await ensureBoxCredentials(state, [internal])
  expect(value("etcd_tls")).toBe(before)
  trustSignerOnly(state)
  await ensureBoxCredentials(state, [internal])
  expect(isTrusted(value("etcd_tls"), value("internal_ca"))).toBe(true)
})

function fail(): never {
  throw new Error("no certificate was found")
}
