import { join } from "node:path"
import { expect, test } from "vitest"
import { readText } from "../io/files.ts"
import { guardRules } from "./index.ts"

test("docs/plan.md lists the guard's rules with their reasons, in order", () => {
  const text = readText(join(import.meta.dirname, "..", "..", "docs", "plan.md")) ?? ""
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \|$/gm)].map(([, id, reason]) => [
    id,
    reason,
  ])
  expect(rows).toEqual(guardRules.map(({ id, reason }) => [id, reason]))
})
