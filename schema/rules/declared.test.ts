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

test("spec/rendered: with monitoring, a trigger without an alert is named alone", () => {
  const named = (isWatched: boolean) =>
    verdict(rendered, (spec) => {
      if (isWatched) spec.monitoring = {}
      else delete spec.monitoring
      spec.scaling = {
        appCpu: "70%",
        replicaReadLatency: "100ms",
        objectStorageBandwidth: "500Mbps",
      }
    })
      .map((line) => line.split(":")[0])
      .filter((path) => path?.startsWith("scaling"))
  expect(named(true)).toEqual(["scaling.objectStorageBandwidth"])
  expect(named(false)).toEqual(["scaling"])
})
