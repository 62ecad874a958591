import { expect, test } from "vitest"
import { mostCharacters, planMarkdown } from "./format-markdown.ts"
import { ansi, planText } from "./format-text.ts"
import type { FleetPlan, PlanOperation } from "./model.ts"

function operation(index: number, parts: Partial<PlanOperation> = {}): PlanOperation {
  return {
    kind: "update-service",
    name: `quickcart_app-${index}`,
    wave: 10,
    summary: "definition a -> b",
    causes: [{ field: "image", before: "a", after: "b", origins: [] }],
    impact: {
      kind: "rolling restart",
      unavailable: { expectedSeconds: 0, atMostSeconds: 0 },
      reason: "why",
      reversible: true,
      lost: "",
    },
    ...parts,
  }
}

const plan = (parts: Partial<FleetPlan>): FleetPlan => ({
  environment: "shop",
  from: "main (0123456789ab)",
  to: "the working tree",
  operations: [operation(1)],
  headroom: [],
  cost: {
    currency: "USD",
    asOf: "2025-07-01",
    source: "a price list",
    rows: [],
    before: 10,
    after: 12,
  },
  refusals: [],
  notes: [],
  diffs: [],
  ...parts,
})

test("a comment has the summary, the table, cost and folded details", () => {
  const diffs = [{ path: "app.stack.yaml", patch: "-a\n+b\n" }]
  expect(planMarkdown(plan({ diffs, notes: ["a note"] }))).toMatchSnapshot()
})

test("an empty plan is one sentence", () => {
  expect(planMarkdown(plan({ operations: [] }))).toBe(
    "### Plan for `shop`: main (0123456789ab) → the working tree\n\n**Nothing to change.**\n",
  )
})

test.each([
  ["details", plan({ diffs: [{ path: "big", patch: "x".repeat(200_000) }] })],
  [
    "operations",
    plan({ operations: Array.from({ length: 2000 }, (_, index) => operation(index)) }),
  ],
  ["notes", plan({ notes: ["n".repeat(100_000)] })],
])("too many %s are cut, with a note, and no details are left open", (_, long) => {
  const text = planMarkdown(long)
  expect(text.length).toBeLessThanOrEqual(mostCharacters)
  expect(text).toContain("npx quickcart plan")
  expect(text.split("<details>").length).toBe(text.split("</details>").length)
})

test("what people wrote cannot become HTML, a mention, a cell or the end of a fence", () => {
  const evil = "<img src=x>|@all"
  const text = planMarkdown(
    plan({
      operations: [operation(1, { causes: [], summary: evil, name: evil })],
      notes: [evil],
      diffs: [{ path: "x", patch: "```\n</details>" }],
    }),
  )
  expect(text).not.toContain("<img")
  expect(text).not.toMatch(/@all(?!`)/)
  expect(text).toContain("````diff\n```\n")
})

test("dangers stand before everything else, and in colour on a terminal only", () => {
  const refusals = [{ rule: "data-loss", reason: "r", messages: ["a volume goes"] }]
  const markdown = planMarkdown(plan({ refusals }))
  expect(markdown.indexOf("a volume goes")).toBeLessThan(markdown.indexOf("| # |"))
  const text = planText(plan({ refusals }))
  expect(text).toContain("apply it anyway with --override data-loss")
  expect(text).not.toContain("\u001b")
  expect(planText(plan({ refusals }), ansi)).toContain("\u001b[31m")
})

test("an outage of unknown length is not added up", () => {
  const gone = operation(1, {
    impact: {
      ...operation(1).impact,
      kind: "remove",
      unavailable: null,
      reversible: false,
      lost: "data",
    },
  })
  expect(planText(plan({ operations: [gone, operation(2)] }))).toContain(
    "unavailable for an unknown time: quickcart_app-1",
  )
  expect(planMarkdown(plan({ operations: [gone] }))).toContain("**no**: data")
})
