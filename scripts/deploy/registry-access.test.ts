import { expect, test } from "vitest"
import { dockerConfig, registryAccess } from "./registry-access.ts"

const account = { QUICKCART_REGISTRY_USER: "robot", QUICKCART_REGISTRY_PASSWORD: "pass:word" }

test("the account is that of the registry's host", () => {
  expect(registryAccess("registry.example.com:5000/quickcart", account)).toEqual({
    host: "registry.example.com:5000",
    user: "robot",
    password: "pass:word",
  })
})

test("a registry that asks nobody needs no account, half of one is a mistake", () => {
  expect(registryAccess("registry.example.com", {})).toBeUndefined()
  expect(registryAccess("registry.example.com", { QUICKCART_REGISTRY_USER: "" })).toBeUndefined()
  expect(() => registryAccess("registry.example.com", { QUICKCART_REGISTRY_USER: "a" })).toThrow(
    "QUICKCART_REGISTRY_PASSWORD is not",
  )
})

test("Docker reads it on one line, Docker Hub's under its old name", () => {
  const config = (host: string) => dockerConfig({ host, user: "robot", password: "pass:word" })
  const auth = "cm9ib3Q6cGFzczp3b3Jk"
  expect(config("registry.example.com")).toBe(
    `{"auths":{"registry.example.com":{"auth":"${auth}"}}}`,
  )
  expect(config("docker.io")).toContain('"https://index.docker.io/v1/"')
})
