import { expect, test } from "vitest"
import { dashboardsPage } from "./dashboards.ts"

test("the page has every picture beside it, and what may be empty", () => {
  const text = dashboardsPage({
    environment: "local-data",
    dashboards: 2,
    panels: 20,
    gaps: [{ dashboard: "quickcart-redis", panel: "Evicted", what: "A: nothing", excuse: "none" }],
    previews: ["reports/dashboards/quickcart-redis.svg", "reports/dashboards/quickcart-shop.svg"],
  })
  expect(text).toContain("- quickcart-redis, Evicted: empty, as it may be: none")
  expect(text).toContain(
    "## quickcart-shop\n\n![dashboards/quickcart-shop.svg](dashboards/quickcart-shop.svg)",
  )
})
