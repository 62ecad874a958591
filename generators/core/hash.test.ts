import { expect, test } from "vitest"
import { contentName, sha256 } from "./hash.ts"

test("hashes UTF-8 as sha256sum does", () => {
  expect(sha256("é\n")).toBe("edd3a863872a04239eb29ad4bc12fc892b3d4ae57cc7e786a3697816f8e141c2")
})

test("names change with the content and only with it", () => {
  expect(contentName("haproxy_cfg", "a")).toBe("quickcart_haproxy_cfg_ca978112ca1b")
  expect(contentName("haproxy_cfg", "b")).not.toBe(contentName("haproxy_cfg", "a"))
})

test("refuses a name that Swarm would refuse", () => {
  expect(contentName("k".repeat(41), "a")).toHaveLength(64)
  expect(() => contentName("k".repeat(42), "a")).toThrow(/65 characters.*shorten/)
})
