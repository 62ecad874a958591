import { expect, test } from "vitest"
import { priceTable } from "../prices/price-table.ts"
import { cost } from "./cost.ts"
import { costDelta } from "./phrases.ts"
import { hosts } from "./plan-fixture.ts"

const app = (count: number, size = "s-4vcpu-8gb") => hosts("app", count, size)

test("a cost carries the day and the source of its prices", () => {
  const { asOf, source } = priceTable("hetzner") ?? {}
  expect(cost("hetzner", [], [])).toMatchObject({ asOf, source })
  expect(source).not.toBe("")
})

test("more hosts cost their list price more", () => {
  const found = cost("digitalocean", app(9), app(10))
  expect(found.rows).toEqual([
    { role: "app", size: "s-4vcpu-8gb", price: 48, countBefore: 9, countAfter: 10 },
  ])
  expect([found.before, found.after]).toEqual([432, 480])
  expect(costDelta(found)).toBe("+48 USD a month")
})

test("another size is another row", () => {
  const found = cost("digitalocean", app(2), app(2, "s-2vcpu-4gb"))
  expect(found.rows.map((row) => [row.size, row.countBefore, row.countAfter])).toEqual([
    ["s-4vcpu-8gb", 2, 0],
    ["s-2vcpu-4gb", 0, 2],
  ])
  expect(costDelta(found)).toBe("-48 USD a month")
})

test("a size without a price makes the totals unknown, not wrong", () => {
  const found = cost("digitalocean", app(1), [...app(1), ...hosts("redis", 1, "s-made-up")])
  expect([found.before, found.after]).toEqual([48, null])
  expect(costDelta(found)).toBe("cost unknown")
})

test("cents do not gather floating-point dust, and the box is free", () => {
  const hetzner = cost("hetzner", [], hosts("app", 3, "cx22"))
  expect(hetzner.after).toBe(11.37)
  expect(hetzner.currency).toBe("EUR")
  const box = cost("box", hosts("app", 1, null), hosts("app", 2, null))
  expect(costDelta(box)).toBe("cost unchanged at 0 USD a month")
})
