import { expect, test } from "vitest"
import type { DrillReport } from "../report.ts"
import { drillMatrix, withDrillMatrix } from "./drill-matrix.ts"
import type { Fault } from "./fault.ts"

const fault: Fault = {
  name: "host-lost",
  summary: "a host is lost",
  touches: ["edge"],
  must: [{ alert: "NodeDown" }],
  break: async () => undefined,
}

const report: Partial<DrillReport> = {
  name: "primary-host-loss",
  alerts: {
    fired: [
      { alert: "DatabaseFailover", seconds: 40 },
      { alert: "NodeDown", seconds: 80 },
      { alert: "VipOwnedTwice", seconds: 90 },
      { alert: "PoolWaits", seconds: null },
    ],
    missing: ["PatroniDown"],
    unproven: [],
    unexplained: ["VipOwnedTwice"],
    blindSeconds: 5,
  },
}

const section = drillMatrix({
  declared: {
    "primary-host-loss": {
      why: "back soon",
      must: ["DatabaseFailover", "PatroniDown"],
      coveredBy: ["host-lost"],
    },
    "no-op-apply": { why: "it changes nothing" },
  },
  faults: [fault],
  reports: [report as DrillReport],
})

test("a row says who has to tell, what fired and when, and what was wrong", () => {
  expect(section).toContain(
    "| primary-host-loss | must: DatabaseFailover; must: PatroniDown; longer in: host-lost | back soon | DatabaseFailover (40 s), NodeDown (may, 80 s), VipOwnedTwice (other, 90 s), PoolWaits (other, on before) | **PatroniDown** | **VipOwnedTwice** | 5 |",
  )
})

test("a drill without a report is not looked at", () => {
  expect(section).toContain(
    "| no-op-apply | nobody | it changes nothing | not looked | - | - | - |",
  )
})

test("the section replaces the one before, and stands alone without a page", () => {
  const page = withDrillMatrix(
    "# Alert coverage of local-data\n\ntables\n",
    "## Drills of the tiers\n\nold\n",
  )
  expect(withDrillMatrix(page, section)).toBe(
    `# Alert coverage of local-data\n\ntables\n\n${section}`,
  )
  expect(withDrillMatrix("", section)).toBe(`# Alert coverage\n\n${section}`)
})
