import fc from "fast-check"
import { expect, test } from "vitest"
import { shuffleKeys } from "../../test/shuffle-keys.ts"
import { components } from "../index.ts"
import type { Component } from "./component.ts"
import type { Fleet } from "./fleet.ts"
import { fleetFixture } from "./fleet-fixture.ts"
import { sha256 } from "./hash.ts"
import { renderFleet } from "./render.ts"

const rendered = renderFleet(fleetFixture())
const textOf = (path: string) => rendered.find((file) => file.path === path)?.text ?? ""

test("equal fleets give equal bytes, whatever the order of their keys", () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (numbers) => {
      const shuffled: Fleet = shuffleKeys(fleetFixture(), () => numbers.next().value)
      expect(renderFleet(shuffled)).toEqual(rendered)
    }),
    { numRuns: 20 },
  )
})

test("the order of the component list decides nothing but the order of equals", () => {
  const paths = renderFleet(fleetFixture(), components.toReversed()).map((file) => file.path)
  expect(paths).toEqual(rendered.map((file) => file.path))
})

test("the manifest lists every other file with its hash", () => {
  const { files } = JSON.parse(textOf("manifest.json"))
  const others = rendered.filter((file) => file.path !== "manifest.json")
  expect(files).toEqual(Object.fromEntries(others.map(({ path, text }) => [path, sha256(text)])))
})

test("every text file ends with a newline and says where it came from", () => {
  for (const { path, text } of rendered) {
    expect(text, path).toMatch(/\n$/)
    expect(text.slice(0, 300), path).toContain("environments/fixture.yaml")
  }
})

test("fleet.json gives apply the hosts with the roles their labels carry", () => {
  const { hosts, network, hostname, healthPath } = JSON.parse(textOf("fleet.json"))
  expect(hosts).toHaveLength(11)
  expect(hosts[3]).toMatchObject({ name: "load-balancer-1", role: "load-balancer" })
  expect([network.vip, hostname, healthPath]).toEqual([
    "203.0.113.100",
    "shop.example.test",
    "/healthz",
  ])
})

test("two components may not render one file", () => {
  const twin: Component = {
    name: "twin",
    contribute: () => ({
      services: [],
      flows: [],
      checks: [],
      credentials: [],
      files: [{ path: "a", text: "" }],
    }),
  }
  expect(() => renderFleet(fleetFixture(), [twin, twin])).toThrow(
    'two components render the file "a"',
  )
})

test("a mounted config is always one that is delivered", () => {
  const services = components.flatMap((component) => component.contribute(fleetFixture()).services)
  for (const { name, definition, configs } of services) {
    const mounted = (definition.configs ?? []).map((mount) => mount.source).sort()
    expect(mounted, name).toEqual(configs.map((config) => config.key).sort())
  }
})
