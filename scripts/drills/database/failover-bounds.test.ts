import { join } from "node:path"
import { expect, test } from "vitest"
import { outageBounds, worstCases } from "./failover-bounds.ts"

const worst = {
  host: { seconds: 26, sum: "20 s ttl + 6 s more" },
  "host and etcd's leader": { seconds: 29, sum: "3 s etcd + 20 s ttl + 6 s more" },
}

test("each kind of loss is held to its own arithmetic, all of them to the promise", () => {
  const outages = [
    { loss: "host" as const, outageSeconds: 24 },
    { loss: "host and etcd's leader" as const, outageSeconds: 29.5 },
    { loss: "host" as const, outageSeconds: 22 },
  ]
  expect(
    outageBounds(outages, worst).map(({ what, measured, limit, met }) => [
      what,
      measured,
      limit,
      met,
    ]),
  ).toEqual([
    ["longest time without a write (s)", 29.5, 30, true],
    ["longest of 2 with the host lost, at worst 20 s ttl + 6 s more (s)", 24, 26, true],
    [
      "longest of 1 with the host and etcd's leader lost, at worst 3 s etcd + 20 s ttl + 6 s more (s)",
      29.5,
      29,
      false,
    ],
  ])
})

test("a process that is started again has no arithmetic of its own", () => {
  const bounds = outageBounds([{ loss: "process", outageSeconds: 31 }], worst)
  expect(bounds).toMatchObject([{ limit: 30, measured: 31, met: false }])
})

test("by the arithmetic of the box each loss keeps the promise", () => {
  const repository = join(import.meta.dirname, "..", "..", "..")
  const seconds = Object.values(worstCases(repository, "local-data")).map((one) => one.seconds)
  expect(seconds).toEqual([26, 29])
})
