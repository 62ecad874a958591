import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { hasTool } from "../../test/real-tool.ts"
import { encryptedSecrets } from "./encrypted.ts"

const hasAge = hasTool("age")
const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
let repository = ""

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), "quickcart-encrypted-"))
  mkdirSync(join(repository, "secrets"))
  vi.stubEnv("QUICKCART_AGE_IDENTITY", "")
  vi.stubEnv("QUICKCART_AGE_KEY", "")
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(repository, { recursive: true })
})

const first = (environment = "production") => encryptedSecrets(repository, environment)[0]

function ageFile(): string {
  const key = spawnSync("age-keygen", [], { encoding: "utf8" })
  const recipient = /public key: (age1\w+)/i.exec(key.stderr + key.stdout)?.[1] ?? ""
  const file = join(repository, "secrets", "production.env.age")
  const text = `QUICKCART_SECRET_EDGE_TLS="${pem}"\n`
  const made = spawnSync("age", ["--recipient", recipient, "--output", file], { input: text })
  expect(made.status).toBe(0)
  return key.stdout
}

test.skipIf(!hasAge)("an age file is read with an identity file", () => {
  const identity = join(repository, "identity")
  writeFileSync(identity, ageFile(), { mode: 0o600 })
  vi.stubEnv("QUICKCART_AGE_IDENTITY", identity)
  expect(first()?.value("edge_tls")).toBe(pem)
  expect(first()?.value("other")).toBeUndefined()
  expect(first()?.label).toBe("secrets/production.env.age")
})

test.skipIf(!hasAge)("an age file is read with an identity that never touches the disk", () => {
  vi.stubEnv("QUICKCART_AGE_KEY", ageFile())
  expect(first()?.value("edge_tls")).toBe(pem)
})

test.skipIf(!hasAge)("a wrong identity and none at all are said in words", () => {
  ageFile()
  expect(() => first()?.value("edge_tls")).toThrow("Set QUICKCART_AGE_IDENTITY")
  vi.stubEnv("QUICKCART_AGE_KEY", spawnSync("age-keygen", [], { encoding: "utf8" }).stdout)
  expect(() => first()?.value("edge_tls")).toThrow("could not decrypt secrets/production.env.age")
})

// A file that the program sops made; see its head. The key is published with it, for tests.
const sopsMade = join(import.meta.dirname, "fixtures", "sops-3.8.1.enc.yaml")
const publicTestKey = "AGE-SECRET-KEY-1QXRVEJH9S4NQU0FPD6V79ESZQ8S6PXH3L8V40EVPTHFH6KNKD4DQ7SKC4P"

/** Places what sops made, changed, where the secrets of `production` are looked for. */
function sopsFile(change = (text: string) => text): void {
  const text = change(readFileSync(sopsMade, "utf8"))
  writeFileSync(join(repository, "secrets", "production.enc.yaml"), text)
}

test.skipIf(!hasAge)("a file of real sops is read, and text, numbers and flags are text", () => {
  sopsFile()
  vi.stubEnv("QUICKCART_AGE_KEY", publicTestKey)
  const names = ["secret", "string", "int", "float", "boolean", "absent"]
  expect(names.map((name) => first()?.value(name))).toEqual([
    "this is a secret",
    "string",
    "7",
    "3.14",
    "true",
    undefined,
  ])
  expect(() => first()?.value("complex")).toThrow("complex holds several values")
  expect(first()?.label).toBe("secrets/production.enc.yaml")
})

test.skipIf(!hasAge)("of several recipients any one will do, with an identity file too", () => {
  const [head = "", ...recipients] = readFileSync(sopsMade, "utf8").split("    - recipient:")
  expect(recipients).toHaveLength(3)
  const identity = join(repository, "identity")
  writeFileSync(identity, publicTestKey, { mode: 0o600 })
  vi.stubEnv("QUICKCART_AGE_IDENTITY", identity)
  sopsFile((text) => text.replace(`${head}    - recipient:${recipients[0]}`, head))
  expect(() => first()?.value("secret")).toThrow(
    "age could not decrypt secrets/production.enc.yaml",
  )
  sopsFile()
  expect(first()?.value("secret")).toBe("this is a secret")
})

const swapped = (text: string) => {
  const [one = "", two = "", three = ""] = text.match(/^ {4}- ENC.*\n/gm) ?? []
  return text.replace(one + two + three, two + one + three)
}
test.skipIf(!hasAge).each<[string, (text: string) => string, string]>([
  ["a changed value", (text) => text.replace("data:ME9a8", "data:ME9a9"), "the value at secret"],
  ["a changed value inside", (text) => text.replace("data:pMPbf", "data:pMPbg"), "complex.value"],
  ["a value that is gone", (text) => text.replace(/^float.*\n/m, ""), "its MAC"],
  ["a value that is new", (text) => `new: "7"\n${text}`, "its MAC"],
  ["a value in plain text", (text) => text.replace(/^secret: .*/m, "secret: mine"), "its MAC"],
  ["two that changed places", swapped, "its MAC"],
  ["a MAC that is gone", (text) => text.replace(/^ {2}mac: .*\n/m, ""), "its MAC"],
  ["a weaker MAC", (text) => `${text}  mac_only_encrypted: true\n`, "its MAC"],
])("%s in a file of real sops is refused", (_, change, words) => {
  vi.stubEnv("QUICKCART_AGE_KEY", publicTestKey)
  sopsFile((text) => {
    expect(change(text)).not.toBe(text)
    return change(text)
  })
  expect(() => first()?.value("string")).toThrow(words)
})

test.skipIf(!hasAge)("a wrong key and none for a file of real sops are said in words", () => {
  sopsFile()
  expect(() => first()?.value("secret")).toThrow("Set QUICKCART_AGE_IDENTITY")
  vi.stubEnv("QUICKCART_AGE_KEY", spawnSync("age-keygen", [], { encoding: "utf8" }).stdout)
  expect(() => first()?.value("secret")).toThrow(
    "age could not decrypt secrets/production.enc.yaml: age: error: no identity matched",
  )
})

test("a program that is not there is named, with where to get it", () => {
  sopsFile()
  vi.stubEnv("QUICKCART_AGE_KEY", publicTestKey)
  vi.stubEnv("PATH", repository)
  expect(() => first()?.value("edge_tls")).toThrow("needs the program age")
})

test("an environment without encrypted files has no such source", () => {
  expect(encryptedSecrets(repository, "staging")).toEqual([])
})
