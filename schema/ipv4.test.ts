import * as fc from "fast-check"
import { assert, property } from "fast-check"
import { describe, expect, test } from "vitest"
import {
  contains,
  containsAddress,
  formatCidr,
  formatIpv4,
  isPrivate,
  type Network,
  nthAddress,
  overlaps,
  parseCidr,
  parseIpv4,
} from "./ipv4.ts"

function network(text: string): Network {
  const parsed = parseCidr(text)
  if (parsed === undefined) throw new Error(`${text} is no network`)
  return parsed
}

test.each(["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.x", "1.2.3.-4"])(
  "%j is no address",
  (text) => {
    expect(parseIpv4(text)).toBeUndefined()
  },
)

test.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "300.0.0.0/8"])("%j is no network", (text) => {
  expect(parseCidr(text)).toBeUndefined()
})

test("every address survives text and back", () => {
  assert(
    property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (address) => {
      expect(parseIpv4(formatIpv4(address))).toBe(address)
    }),
  )
})

test("a network drops its host bits", () => {
  expect(formatCidr(network("10.10.3.77/20"))).toBe("10.10.0.0/20")
  expect(formatCidr(network("203.0.113.9/0"))).toBe("0.0.0.0/0")
})

describe("relations", () => {
  test("containment needs both ends", () => {
    expect(contains(network("10.0.0.0/8"), network("10.255.255.0/24"))).toBe(true)
    expect(contains(network("10.255.255.0/24"), network("10.0.0.0/8"))).toBe(false)
    expect(containsAddress(network("10.0.0.0/24"), network("10.0.1.0/32").first)).toBe(false)
    expect(containsAddress(network("10.0.0.0/24"), network("10.0.0.255/32").first)).toBe(true)
  })

  test("neighbours do not overlap, nested networks do", () => {
    expect(overlaps(network("10.0.0.0/24"), network("10.0.1.0/24"))).toBe(false)
    expect(overlaps(network("10.0.0.0/16"), network("10.0.1.0/24"))).toBe(true)
    expect(overlaps(network("10.0.1.0/24"), network("10.0.0.0/16"))).toBe(true)
  })
})

test("private is RFC 1918, to the last bit", () => {
  for (const text of ["10.0.0.0/8", "172.31.0.0/16", "192.168.7.0/24"]) {
    expect(isPrivate(network(text)), text).toBe(true)
  }
  for (const text of ["172.32.0.0/16", "11.0.0.0/8", "198.18.0.0/15", "10.0.0.0/7"]) {
    expect(isPrivate(network(text)), text).toBe(false)
  }
})

test("nthAddress counts from the first address and stays inside", () => {
  expect(nthAddress("10.80.0.0/24", 101)).toBe("10.80.0.101")
  expect(nthAddress("10.80.0.0/20", 300)).toBe("10.80.1.44")
  expect(nthAddress("10.80.0.0/24", 256)).toBeUndefined()
  expect(nthAddress("999.0.0.0/24", 1)).toBeUndefined()
})
