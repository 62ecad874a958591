import { expect, test } from "vitest"
import { applyPhase } from "./apply-phase.ts"

const first = "  wave 1 of 2\n  quickcart_app: 2/4 running\n"
const second = `${first}  wave 2 of 2\n`

test("a killed apply is placed by the last thing it said", () => {
  expect(applyPhase("")).toBe("before the first wave")
  expect(applyPhase("warning: manager-1 does not answer\n")).toBe("before the first wave")
  expect(applyPhase(first)).toBe("wave 1 of 2, quickcart_app: 2/4 running")
  expect(applyPhase(second)).toBe("wave 2 of 2")
  expect(applyPhase(`${second}  prune-config quickcart_a\n`)).toBe(
    "tidying up, prune-config quickcart_a",
  )
})
