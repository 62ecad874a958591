import { expect, test } from "vitest"
import { EngineFailure, isTransient } from "./engine.ts"

const refused = (status: number, message: string) =>
  new EngineFailure("POST", "/services/create", status, JSON.stringify({ message }))

test.each([
  "rpc error: code = Unknown desc = The swarm does not have a leader.",
  "rpc error: code = Unknown desc = raft: failed to process the request: node lost leader status",
  "rpc error: code = Unknown desc = raft: failed to process the request: node is stopped",
  "rpc error: code = Unknown desc = raft: no elected cluster leader",
  "rpc error: code = Unavailable desc = connection error",
])("an election passes: %s", (message) => {
  expect(isTransient(refused(500, message))).toBe(true)
})

test("a refusal stays one, also when it is about a node", () => {
  expect(isTransient(refused(500, "rpc error: code = Unknown desc = no suitable node"))).toBe(false)
  expect(isTransient(refused(409, "raft: no elected cluster leader"))).toBe(false)
})
