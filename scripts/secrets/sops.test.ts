import { createCipheriv, createHash } from "node:crypto"
import { expect, test } from "vitest"
import { stringify } from "yaml"
import { openSops, readSops } from "./sops.ts"

// Files written here, for what the file of real sops in encrypted.test.ts does not have.
const key = Buffer.alloc(32, 7)
const time = "2026-01-02T03:04:05Z"
const age = [{ recipient: "age1", enc: "-----BEGIN AGE ENCRYPTED FILE-----" }]

function encrypt(value: string, boundTo: string, type = "str"): string {
  const nonce = createHash("sha256").update(boundTo).digest()
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(boundTo))
  const data = Buffer.concat([cipher.update(value), cipher.final()])
  const [d, i, t] = [data, nonce, cipher.getAuthTag()].map((bytes) => bytes.toString("base64"))
  return `ENC[AES256_GCM,data:${d},iv:${i},tag:${t},type:${type}]`
}

const macOf = (...parts: (string | Buffer)[]) =>
  encrypt(
    createHash("sha512")
      .update(Buffer.concat(parts.map(bytes)))
      .digest("hex")
      .toUpperCase(),
    time,
  )
const bytes = (part: string | Buffer) => Buffer.from(part)

function open(values: object, mac: string | undefined, more: object = {}) {
  const entries = values instanceof Map ? values : Object.entries(values)
  const sops = { age, lastmodified: time, mac, ...more }
  const text = stringify(new Map([...entries, ["sops", sops]]), { lineWidth: 0 })
  return openSops(readSops(text, "file"), key)
}

test("values that are in plain text count for the MAC, and are no secrets", () => {
  const values = {
    edge_tls: encrypt("v", "edge_tls:"),
    port_unencrypted: 5432,
    share_unencrypted: 1.5,
    on_unencrypted: true,
    nothing: null,
    empty: "",
  }
  const read = open(values, macOf("v", "5432", "1.5", "True"))
  const found = Object.keys(values).filter((name) => read(name) !== undefined)
  expect(found).toEqual(["edge_tls"])
  const other = { ...values, port_unencrypted: 5433 }
  expect(() => open(other, macOf("v", "5432", "1.5", "True"))).toThrow("its MAC")
})

test("the order is that of the file, also for a name that is a number", () => {
  const values = new Map(["b", "10"].map((name) => [name, encrypt(name, `${name}:`)]))
  expect(open(values, macOf("b", "10"))("10")).toBe("10")
})

test("with mac_only_encrypted what is in plain text may change", () => {
  const start = createHash("sha256").update("sops").digest()
  const more = { mac_only_encrypted: true }
  const values = { edge_tls: encrypt("v", "edge_tls:"), note_unencrypted: "old" }
  expect(open(values, macOf(start, "v"), more)("edge_tls")).toBe("v")
  expect(open({ ...values, note_unencrypted: "new" }, macOf(start, "v"), more)("edge_tls")).toBe(
    "v",
  )
  expect(() => open(values, macOf("v"), more)).toThrow("its MAC")
  expect(() => open({ edge_tls: "v" }, macOf(start, "v"), more)).toThrow("its MAC")
})

test("a value under another name, another time and no MAC are refused", () => {
  const values = { edge_tls: encrypt("v", "edge_tls:") }
  const later = { lastmodified: "2026-01-02T03:04:06Z" }
  expect(() => open({ other: values.edge_tls }, macOf("v"))).toThrow(
    "file: the value at other was changed (its tag does not match) after sops encrypted it.",
  )
  expect(() => open(values, macOf("v"), later)).toThrow("its MAC")
  expect(() => open(values, undefined)).toThrow("its MAC")
})

test("a boolean is the text that sops prints, an integer keeps its digits", () => {
  const values = {
    flag: encrypt("True", "flag:", "bool"),
    long: encrypt("12345678901234567890", "long:", "int"),
  }
  const read = open(values, macOf("True", "12345678901234567890"))
  expect(["flag", "long"].map(read)).toEqual(["true", "12345678901234567890"])
})

test.each([
  ["edge_tls: text\n", 'file has no section "sops"'],
  ["just text", 'file has no section "sops"'],
  ["a: 1\na: 2\n", "file is not one YAML document: look at line 2"],
  ["sops: { age: [] }", "file is encrypted for no age recipient"],
  ["sops: { kms: [{ arn: a }] }", "file is encrypted for no age recipient"],
  ["sops: { key_groups: [{ age: [] }], shamir_threshold: 2 }", "splits its key among groups"],
])("%j is said in words", (text, words) => {
  expect(() => readSops(text, "file")).toThrow(words)
})
