import { describe, expect, test } from "vitest"
import type { Desired, DesiredService } from "../deploy/desired.ts"
import { assumeLive } from "../plan/assumed.ts"
import { service } from "../plan/plan-fixture.ts"
import { unappliedLine, unappliedServices } from "./unapplied.ts"

const files = (...services: DesiredService[]): Desired => ({ services, configs: [], secrets: [] })

test("what apply would send or remove is pending; objects that it would prune are not", () => {
  const same = service("app")
  const live = assumeLive(files(same, service("haproxy"), service("old")))
  live.configs.push({ ID: "1", CreatedAt: "", Spec: { Name: "quickcart_unused_0123" } })
  expect(unappliedServices(files(same, service("haproxy"), service("old")), live)).toEqual([])
  const wanted = files(same, service("haproxy", { wave: 30, replicas: 9 }), service("new"))
  expect(unappliedServices(wanted, live).toSorted()).toEqual([
    "quickcart_haproxy",
    "quickcart_new",
    "quickcart_old",
  ])
})

describe("the line", () => {
  const commit = "c0ffee".padEnd(40, "c0ffee")
  const line = (services: string[], uncommitted = false) =>
    unappliedLine("shop", { commit, uncommitted, services })

  test.each([
    [line([]), "pending: nothing, the fleet is at c0ffeec0ffee"],
    [line([], true), "pending: nothing, the fleet is at c0ffeec0ffee with uncommitted files"],
    [line(["a"]), "pending: 1 service differs from c0ffeec0ffee (a); see: npx quickcart plan shop"],
    [
      line(["a", "b", "c", "d"]),
      "pending: 4 services differ from c0ffeec0ffee (a, b, c, ...); see: npx quickcart plan shop",
    ],
    [unappliedLine("shop", { unknown: "no git here" }), "pending: unknown, no git here"],
  ])("%s", (said, expected) => {
    expect(said).toBe(expected)
  })
})
