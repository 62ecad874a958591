import { expect, test } from "vitest"
import schema from "../../schema/environment.schema.json" with { type: "json" }
import { comparableSecrets, type FleetSecrets, resolveSecrets } from "./source.ts"

const plain = (...secrets: string[]) => ({ secrets, credentials: [] })
const from = (values: Record<string, string>) => ({ value: (name: string) => values[name] })

test("a new value or another naming key gives another Docker name, the same one the same", () => {
  const name = (value: string, key: string) =>
    resolveSecrets(plain("edge_tls"), from({ edge_tls: value }), key)[0]?.name
  expect(name("a", "k")).toBe(name("a", "k"))
  expect(name("a", "k")).not.toBe(name("b", "k"))
  expect(name("a", "k")).not.toBe(name("a", "k2"))
  expect(name("a", "k")).toMatch(/^quickcart_edge_tls_[0-9a-f]{16}$/)
})

test("the longest name that a spec may hold fits Docker's 64 characters", () => {
  const pattern = new RegExp(schema.definitions.EnvironmentSpec.properties.secrets.items.pattern)
  const longest = "x".repeat(37)
  expect([pattern.test(longest), pattern.test(`${longest}x`)]).toEqual([true, false])
  const [secret] = resolveSecrets(plain(longest), from({ [longest]: "v" }), "k")
  expect(secret?.name).toHaveLength(64)
})

test("all missing secrets are named at once, with the variables to set", () => {
  expect(() => resolveSecrets(plain("one", "two", "have"), from({ have: "x" }), "k")).toThrow(
    "no value for the secrets one, two. Set QUICKCART_SECRET_ONE, QUICKCART_SECRET_TWO in the environment or in .env.",
  )
})

test("the key that names secrets is listed with the values that are missing", () => {
  const hint = "The key is a long random text (openssl rand -hex 32) to be kept"
  expect(() => resolveSecrets(plain("one", "have"), from({ have: "x" }), undefined)).toThrow(
    `no value for the secret one, and no key to name secrets with. Set QUICKCART_SECRET_ONE, QUICKCART_SECRET_NAMING_KEY in the environment or in .env. ${hint}`,
  )
  expect(() => resolveSecrets(plain("have"), from({ have: "x" }), undefined)).toThrow(
    "no key to name secrets with. Set QUICKCART_SECRET_NAMING_KEY in",
  )
})

test("who has no value compares by the name that is live", () => {
  const mounted = ["quickcart_edge_tls_0123456789abcdef"]
  const known = comparableSecrets(plain("edge_tls"), from({ edge_tls: "v" }), "k", mounted)
  expect(known).toEqual({
    secrets: resolveSecrets(plain("edge_tls"), from({ edge_tls: "v" }), "k"),
    unknown: [],
  })
  for (const [source, key] of [
    [from({}), "k"] as const,
    [from({ edge_tls: "v" }), undefined] as const,
  ]) {
    expect(comparableSecrets(plain("edge_tls"), source, key, mounted)).toEqual({
      secrets: [{ key: "edge_tls", name: mounted[0], value: "" }],
      unknown: ["edge_tls"],
    })
  }
})

test("a password of a database role is a login of its own, named as the secret is", () => {
  const key = "postgres_app_password"
  const fleet: FleetSecrets = {
    secrets: [key],
    credentials: [{ kind: "password", name: key, role: "app_rw" }],
  }
  const [one, other] = ["first\n", "second"].map(
    (value) => resolveSecrets(fleet, from({ [key]: value }), "k")[0],
  )
  const digest = one?.name.slice(-16, -8)
  expect(one?.value).toBe(`app_rw_${digest}:first`)
  expect(other?.value).toMatch(/^app_rw_[0-9a-f]{8}:second$/)
  expect(other?.value.split(":")[0]).not.toBe(`app_rw_${digest}`)
  const compared = comparableSecrets(fleet, from({ [key]: "second" }), "k", [])
  expect(compared.secrets).toEqual([other])
})

test("a role's password that would break the files that carry it is refused by name", () => {
  const fleet: FleetSecrets = {
    secrets: ["app_password"],
    credentials: [{ kind: "password", name: "app_password", role: "app_rw" }],
  }
  const resolve = (value: string) => resolveSecrets(fleet, from({ app_password: value }), "k")
  expect(resolve("fine\n")[0]?.value).toMatch(/^app_rw_[0-9a-f]{8}:fine$/)
  for (const value of ["a:b", 'a"b', "a\\b", "a\nb"]) {
    expect(() => resolve(value)).toThrow("the password app_password holds")
  }
})

test("a password of several lines keeps its line ends, and is refused with a quote or a backslash", () => {
  const fleet: FleetSecrets = {
    secrets: ["redis_app_password"],
    credentials: [{ kind: "password", name: "redis_app_password", severalLines: true }],
  }
  const resolve = (value: string) => resolveSecrets(fleet, from({ redis_app_password: value }), "k")
  expect(resolve("new:1\nold\n")[0]?.value).toBe("new:1\nold\n")
  for (const value of ['a"b\nold', "new\na\\b"]) {
    expect(() => resolve(value)).toThrow(
      "the password redis_app_password holds a quote or a backslash",
    )
  }
})
