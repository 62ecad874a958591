import { expect, test } from "vitest"
import type { Leader } from "./desired.ts"
import { restoreSequence, type Undo, wavesBackwards } from "./restore-sequence.ts"

const spec = {
  Name: "",
  Labels: {},
  TaskTemplate: { ContainerSpec: { Image: "i" } },
  Mode: { Global: {} },
}
const restored = (name: string, place: Partial<Undo> = {}): Undo => ({
  wave: 10,
  leader: undefined,
  host: undefined,
  ...place,
  ...{ kind: "restore", name, id: name, spec },
})
const removed = (name: string, place: Partial<Undo> = {}): Undo => ({
  wave: 10,
  leader: undefined,
  host: undefined,
  ...place,
  ...{ kind: "remove", name },
})
const balancer = (index: number) =>
  restored(`haproxy-${index}`, { leader: "vip", host: `load-balancer-${index}` })

const order = (wave: Undo[], leading: [Leader, string | undefined][]) =>
  restoreSequence(wave, new Map(leading)).map(
    ({ undo, leads }) => `${undo.name}${leads ? " leads" : ""}`,
  )

test("who leads now comes last, though the change made it lead", () => {
  // load-balancer-1 led, so its HAProxy was changed last; the VIP has moved to 2 since.
  const wave = [balancer(2), balancer(3), balancer(1)]
  expect(order(wave, [["vip", "load-balancer-2"]])).toEqual([
    "haproxy-1",
    "haproxy-3",
    "haproxy-2 leads",
  ])
  expect(order(wave, [["vip", "load-balancer-1"]])).toEqual([
    "haproxy-3",
    "haproxy-2",
    "haproxy-1 leads",
  ])
})

test("without a leader, or with one that was not changed, it goes backwards", () => {
  expect(order([balancer(2), balancer(3)], [["vip", undefined]])).toEqual([
    "haproxy-3",
    "haproxy-2",
  ])
  expect(order([balancer(2), balancer(3)], [["vip", "load-balancer-1"]])).toEqual([
    "haproxy-3",
    "haproxy-2",
  ])
})

test("each leader is asked for its own services", () => {
  const member = (index: number) =>
    restored(`patroni-${index}`, { leader: "primary", host: `database-${index}` })
  const wave = [member(1), balancer(1), member(2), balancer(2)]
  expect(
    order(wave, [
      ["vip", "load-balancer-2"],
      ["primary", "database-2"],
    ]),
  ).toEqual(["haproxy-1", "patroni-1", "haproxy-2 leads", "patroni-2 leads"])
})

test("services without a leader were changed first, so they go back after the others", () => {
  const wave = [restored("app"), restored("route"), balancer(2)]
  expect(order(wave, [["vip", "load-balancer-2"]])).toEqual(["haproxy-2 leads", "route", "app"])
})

test("what did not exist before hands nothing over when it is removed", () => {
  const created = removed("haproxy-1", { leader: "vip", host: "load-balancer-1" })
  expect(order([created], [["vip", "load-balancer-1"]])).toEqual(["haproxy-1"])
})

test("later waves go back before earlier ones, whichever run changed them", () => {
  const left = [restored("app", { wave: 40 }), restored("edge", { wave: 50 })]
  const undo = [...left, restored("route", { wave: 40 })]
  expect(wavesBackwards(undo).map((wave) => wave.map(({ name }) => name))).toEqual([
    ["edge"],
    ["app", "route"],
  ])
})
