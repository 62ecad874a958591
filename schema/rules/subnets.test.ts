import { describe, expect, test } from "vitest"
import type { EnvironmentSpec } from "../environment.ts"
import { verdict } from "./rule-bench.ts"
import { subnets } from "./subnets.ts"

type Change = (spec: EnvironmentSpec) => void

const broken: [what: string, path: string, fault: string, change: Change][] = [
  [
    "an octet above 255",
    "network.vpc",
    "is no IPv4 network",
    (spec) => (spec.network.vpc = "10.300.0.0/16"),
  ],
  [
    "host bits",
    "network.subnets.overlay",
    "write 10.20.0.0/16",
    (spec) => (spec.network.subnets.overlay = "10.20.1.0/16"),
  ],
  [
    "an overlay pool on public addresses",
    "network.subnets.overlay",
    "is not private",
    (spec) => (spec.network.subnets.overlay = "11.0.0.0/16"),
  ],
  [
    "an overlay pool inside the VPC",
    "network.subnets.overlay",
    "overlaps vpc",
    (spec) => (spec.network.subnets.overlay = "10.10.128.0/20"),
  ],
  [
    "a private subnet outside the VPC",
    "network.subnets.private",
    "is not inside vpc (10.10.0.0/16)",
    (spec) => (spec.network.subnets.private = "10.11.0.0/20"),
  ],
  [
    "a public subnet inside the VPC",
    "network.subnets.public",
    "overlaps vpc",
    (spec) => (spec.network.subnets.public = "10.10.240.0/24"),
  ],
  [
    "a private subnet too small for the flash sale's 50 app hosts",
    "network.subnets.private",
    "up to offset 126, but the last host stands at offset 150",
    (spec) => (spec.network.subnets.private = "10.10.0.0/25"),
  ],
  [
    "a public subnet too small for the load balancers",
    "network.subnets.public",
    "the last host stands at offset 22",
    (spec) => (spec.network.subnets.public = "203.0.113.0/28"),
  ],
  [
    "more managers than places",
    "hosts.manager.count",
    "has 10 places",
    (spec) => (spec.hosts.manager.count = 11),
  ],
]

describe("network/subnets", () => {
  test("the fixture and an exactly fitting subnet pass", () => {
    expect(verdict(subnets)).toEqual([])
    const found = verdict(subnets, (spec) => {
      spec.network.subnets.private = "10.10.0.0/24"
      spec.flashSales = []
      spec.hosts.app.maxCount = 154
    })
    expect(found).toEqual([])
  })

  test.each(broken)("%s is refused at %s: %s", (_what, path, fault, change) => {
    const found = verdict(subnets, change)
    expect(found).toEqual([expect.stringContaining(fault)])
    expect(found[0]).toMatch(new RegExp(`^${path}: `))
  })
})
