import { join } from "node:path"
import { expect, test } from "vitest"
import { readDesired } from "./desired.ts"
import { readFleetFile } from "./fleet-file.ts"
import { rollSequence } from "./roll-sequence.ts"

const pinned = (name: string, host: string) => ({
  kind: "update-service" as const,
  service: { name, host, leader: "vip" as const },
})
const wave = [
  pinned("haproxy-1", "load-balancer-1"),
  pinned("haproxy-2", "load-balancer-2"),
  pinned("haproxy-3", "load-balancer-3"),
]

const order = (owner: string | undefined) =>
  rollSequence(wave, new Map([["vip", owner]])).map(
    ({ operations, leading }) =>
      `${operations.map(({ service }) => service.name)}${leading === undefined ? "" : " leads"}`,
  )

test("the VIP's owner comes last, whoever it is", () => {
  expect(order("load-balancer-1")).toEqual(["haproxy-2", "haproxy-3", "haproxy-1 leads"])
  expect(order("load-balancer-3")).toEqual(["haproxy-1", "haproxy-2", "haproxy-3 leads"])
})

test("without an owner they still go one at a time", () => {
  expect(order(undefined)).toEqual(["haproxy-1", "haproxy-2", "haproxy-3"])
})

test("services without a leader go first, together", () => {
  const free = (name: string) => ({
    kind: "update-service" as const,
    service: { name, host: undefined, leader: undefined },
  })
  const batches = rollSequence([pinned("haproxy-1", "a"), free("x"), free("y")], new Map())
  expect(batches.map(({ operations }) => operations.map(({ service }) => service.name))).toEqual([
    ["x", "y"],
    ["haproxy-1"],
  ])
})

test("what is new interrupts nobody, so it comes all at once", () => {
  const created = wave.map((operation) => ({ ...operation, kind: "create-service" as const }))
  expect(rollSequence(created, new Map([["vip", "load-balancer-1"]]))).toEqual([
    { operations: created, leading: undefined },
  ])
})

test("equals go one at a time, and start together", () => {
  const etcd = ["manager-1", "manager-2"].map((host) => ({
    kind: "update-service" as const,
    service: { name: `etcd on ${host}`, host, leader: "none" as const },
  }))
  const sizes = (all: Parameters<typeof rollSequence>[0]) =>
    rollSequence(all, new Map([["none", undefined]])).map(({ operations }) => operations.length)
  expect(sizes(etcd)).toEqual([1, 1])
  expect(sizes(etcd.map((operation) => ({ ...operation, kind: "create-service" })))).toEqual([2])
})

test("Redis comes in two steps, members and forming, and its members change one by one", () => {
  const repository = join(import.meta.dirname, "../..")
  const { secrets } = readFleetFile(repository, "local-data")
  const { services } = readDesired(
    join(repository, "stacks/local-data"),
    secrets.map((key) => ({ key, name: key, value: "" })),
  )
  const redis = services.filter(({ shortName }) => /^redis-(sessions|cache)-/.test(shortName))
  const sizes = (kind: "create-service" | "update-service") =>
    [...Map.groupBy(redis, ({ wave }) => wave).values()].map((wave) =>
      rollSequence(
        wave.map((service) => ({ kind, service })),
        new Map([["none", undefined]]),
      ).map(({ operations }) => operations.length),
    )
  expect(sizes("create-service")).toEqual([[12], [2]])
  expect(sizes("update-service")).toEqual([Array.from({ length: 12 }, () => 1), [2]])
})
