import { generateKeyPairSync } from "node:crypto"
import { expect, test } from "vitest"
import { found, needles } from "./needles.ts"

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

test("an innocent text holds none", () => {
  expect(found("a deploy of the shop, https://shop.example", needles(value))).toEqual([])
})
