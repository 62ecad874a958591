import { spawnSync } from "node:child_process"
import { createPublicKey, generateKeyPairSync } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { found, leaks, needles } from "./needles.ts"

const value = "correct-horse-battery-staple"
const line = "MC4CAQAwBQYDK2VwBCIEIGRlYWRiZWVmZGVhZGJlZWZkZWFkYmVlZmRlYWRiZWVm"
const bundle = `-----BEGIN CERTIFICATE-----
MIIBpublicpublicpublicpublicpublicpublicpublicpublic
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
${line}
-----END PRIVATE KEY-----
`

test("a value is found in plain text and in base64 at every offset", () => {
  const wanted = needles(value)
  expect(found(`password=${value}!`, wanted)).not.toEqual([])
  for (const before of ["", "a", "ab", "abc"]) {
    const encoded = Buffer.from(`${before}${value} and more`).toString("base64")
    expect(found(encoded, wanted), before).not.toEqual([])
  }
})

test("a private key is found by a part of it, and a certificate is no leak", () => {
  const wanted = needles(bundle)
  expect(found(`...${line.slice(0, 30)}`, wanted)).not.toEqual([])
  expect(found(Buffer.from(bundle).toString("base64"), wanted)).not.toEqual([])
  expect(found(bundle.slice(0, bundle.indexOf("-----BEGIN PRIVATE")), wanted)).toEqual([])
})

test("another key of the same kind is no leak", () => {
  const key = () =>
    generateKeyPairSync("ec", {
      namedCurve: "prime256v1",
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    }).privateKey
  const own = key()
  expect(found(own, needles(own))).not.toEqual([])
  expect(found(key(), needles(own))).toEqual([])
})

test("certificates are public, also those of a key's own public half", () => {
  const directory = mkdtempSync(join(tmpdir(), "quickcart-needles-"))
  const [key, certificate] = ["key", "certificate"].map((name) => join(directory, name))
  const argv = ["req", "-x509", "-nodes", "-subj", "/CN=a", "-keyout", key, "-out", certificate]
  for (const kind of ["rsa:2048", "ec"]) {
    const curve = kind === "ec" ? ["-pkeyopt", "ec_paramgen_curve:prime256v1"] : []
    spawnSync("openssl", [...argv, "-newkey", kind, ...curve].map(String))
    const [own, shown] = [key, certificate].map((file) => readFileSync(String(file), "utf8"))
    expect(needles(shown ?? "")).toEqual([])
    const wanted = needles(`${shown}${own}`)
    expect(wanted.length, kind).toBeGreaterThan(3)
    expect(found(own ?? "", wanted)).not.toEqual([])
    // At each of the three places where a public key may begin in a certificate's base64.
    const der = createPublicKey(own ?? "").export({ type: "spki", format: "der" })
    for (const offset of [0, 1, 2]) {
      const text = Buffer.concat([Buffer.alloc(offset), der]).toString("base64")
      expect(found(text, wanted), `${kind} ${offset}`).toEqual([])
      expect(found(Buffer.from(text).toString("base64"), wanted)).toEqual([])
    }
  }
  rmSync(directory, { recursive: true })
})

test("an SSH key is found, its public half is not, nor another key of the same machine", () => {
  const directory = mkdtempSync(join(tmpdir(), "quickcart-needles-"))
  const [own = "", other = ""] = ["own", "other"].map((name) => {
    const file = join(directory, name)
    spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "manager-1", "-f", file])
    return readFileSync(file, "utf8")
  })
  const shown = readFileSync(join(directory, "own.pub"), "utf8")
  rmSync(directory, { recursive: true })
  const wanted = needles(own)
  // As cloud-init's YAML and as JSON have it.
  for (const text of [own.replaceAll("\n", "\n      "), JSON.stringify({ own })]) {
    expect(found(text, wanted)).not.toEqual([])
  }
  expect(found(shown, wanted)).toEqual([])
  expect(found(Buffer.from(shown).toString("base64"), wanted)).toEqual([])
  expect(found(other, wanted)).toEqual([])
})

test("a leak is said by place and by what it is, never by its value", () => {
  const password = "0123456789abcdef0123456789abcdef0123456789abcdef"
  const planted = [
    { what: "the password", value: password, belongsIn: [] },
    { what: "the key", value: bundle, belongsIn: ["etc of a"] },
  ]
  const evidence = new Map([
    ["etc of a", bundle],
    ["etc of b", `x${bundle}`],
    ["logs of a", `{"p":"${password}"}`],
    ["processes", "sleep 1"],
  ])
  expect(leaks(evidence, planted)).toEqual(["logs of a: the password", "etc of b: the key"])
})

test("an innocent text holds none", () => {
  expect(found("a deploy of the shop, https://shop.example", needles(value))).toEqual([])
})
