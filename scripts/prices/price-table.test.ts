import { join } from "node:path"
import { expect, test } from "vitest"
import { parse } from "yaml"
import { list, readText } from "../io/files.ts"
import { monthlyPrice, priceTable } from "./price-table.ts"

const directory = join(import.meta.dirname, "..", "..", "environments")

interface Spec {
  provider: { name: string }
  hosts: Record<string, { size?: string }>
}

const specs = list(directory)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => parse(readText(join(directory, name)) ?? "") as Spec)

test("every size that an environment uses has a price", () => {
  const unknown = specs.flatMap(({ provider, hosts }) =>
    Object.values(hosts).flatMap(({ size }) =>
      monthlyPrice(provider.name, size ?? null) === null ? [`${provider.name} ${size}`] : [],
    ),
  )
  expect(unknown).toEqual([])
})

test.each(["digitalocean", "hetzner", "linode"])("%s: dated, sourced, positive prices", (name) => {
  const table = priceTable(name)
  expect(table?.asOf).toMatch(/^20\d\d-[01]\d-[0-3]\d$/)
  expect(Date.parse(table?.asOf ?? "")).not.toBeNaN()
  expect(table?.note).toContain("List prices")
  // Nobody has read one of these yet. Who does writes where, and takes the table out here.
  expect(table?.source).toBe("from memory, check before quoting")
  expect(Object.values(table?.monthly ?? {}).every((price) => price > 0)).toBe(true)
})

test("the box costs nothing, and an unknown size has no price rather than a guessed one", () => {
  expect(monthlyPrice("box", null)).toBe(0)
  expect(monthlyPrice("digitalocean", "s-4vcpu-8gb")).toBe(48)
  expect(monthlyPrice("digitalocean", "s-5vcpu-9gb")).toBeNull()
  expect(monthlyPrice("digitalocean", "toString")).toBeNull()
  expect(monthlyPrice("digitalocean", null)).toBeNull()
  expect(monthlyPrice("acme", "cx22")).toBeNull()
})
