import { expect, test } from "vitest"
import { rendered } from "./declared.ts"
import { verdict } from "./rule-bench.ts"

test("spec/rendered: a waiting room that nothing deploys is named, an absent one is not", () => {
  const message =
    "edge.waitingRoom: is checked and counted, but nothing is deployed from it yet; " +
    "do not rely on it in this fleet"
  const declared = verdict(rendered, (spec) => (spec.edge.waitingRoom = { maxActiveUsers: 10 }))
  expect(declared).toContain(message)
  const absent = verdict(rendered, (spec) => delete spec.edge.waitingRoom)
  expect(absent).not.toContain(message)
})
