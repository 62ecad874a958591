import { spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
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

test("a SOPS file is read by sops, with the identity in its environment", () => {
  const program = join(repository, "sops")
  // Answers as sops does, and shows what it was given.
  writeFileSync(
    program,
    '#!/bin/sh\nprintf \'{"edge_tls":"%s","asked":"%s","other":"%s"}\' "value" "$1 $2 $3" "$SOPS_AGE_KEY$QUICKCART_SECRET_X"\n',
  )
  chmodSync(program, 0o755)
  writeFileSync(join(repository, "secrets", "production.enc.yaml"), "edge_tls: ENC[...]\n")
  vi.stubEnv("PATH", `${repository}:${process.env.PATH}`)
  vi.stubEnv("QUICKCART_AGE_KEY", "the-identity")
  vi.stubEnv("QUICKCART_SECRET_X", "must not be passed on")
  expect(first()?.value("edge_tls")).toBe("value")
  expect(first()?.value("asked")).toBe("--decrypt --output-type json")
  expect(first()?.value("other")).toBe("the-identity")
})

test("a program that is not there is named, with where to get it", () => {
  writeFileSync(join(repository, "secrets", "production.enc.yaml"), "")
  vi.stubEnv("QUICKCART_AGE_KEY", "the-identity")
  vi.stubEnv("PATH", repository)
  expect(() => first()?.value("edge_tls")).toThrow("needs the program sops")
})

test("an environment without encrypted files has no such source", () => {
  expect(encryptedSecrets(repository, "staging")).toEqual([])
})
