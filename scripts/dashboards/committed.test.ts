import { join } from "node:path"
import { expect, test } from "vitest"
import { readDashboards } from "./committed.ts"

const repository = join(import.meta.dirname, "..", "..")

test("the committed dashboards are read with the interval of their data source", () => {
  const { scrapeIntervalSeconds, dashboards } = readDashboards(repository, "local-data")
  expect(scrapeIntervalSeconds).toBe(15)
  expect(dashboards.map(({ uid }) => uid)).toContain("quickcart-overview")
})

test("an environment without monitoring has none, and the remedy is said", () => {
  expect(() => readDashboards(repository, "local")).toThrow(
    "local has no dashboards. Declare monitoring in environments/local.yaml",
  )
})
