import { expect, test } from "vitest"
import { change } from "../guard/guard-fixture.ts"
import { service } from "../plan/plan-fixture.ts"
import type { DesiredService, ExpectedAlert } from "./desired.ts"
import { plannedSilences } from "./silences.ts"

const nowMs = Date.parse("2026-06-10T12:00:00Z")
const holder = { owner: "Ada <ada@example.com> (pid 7)", commit: "c0ffee" }

const proxy = (n: number, wave = 20) =>
  service(`haproxy-${n}`, {
    wave,
    leader: "vip",
    host: `load-balancer-${n}`,
    alerts: [{ name: "LoadBalancerDown", node: `load-balancer-${n}` }],
  })
const watched = (name: string, alerts: ExpectedAlert[], replicas = 1) =>
  service(name, { alerts, replicas })

const silences = (before: DesiredService[], after: DesiredService[]) =>
  plannedSilences(change(before, after).plan, holder, nowMs)
const matched = (before: DesiredService[], after: DesiredService[]) =>
  silences(before, after).map(({ matchers }) =>
    matchers
      .map(({ name, value, isRegex, isEqual }) =>
        [name, isEqual ? "=" : "!", isRegex ? "~" : "", value].join(""),
      )
      .join(" "),
  )

test("each expected alert of what is changed is muted, for the hosts that are", () => {
  const before = [proxy(1), proxy(2), proxy(3), watched("app", [{ name: "AppTaskDown" }])]
  const after = [proxy(2, 21), proxy(1, 21), proxy(3), watched("app", [{ name: "AppTaskDown" }], 5)]
  expect(matched(before, after)).toEqual([
    "alertname=AppTaskDown severity!critical",
    "alertname=LoadBalancerDown node=~load-balancer-1|load-balancer-2 severity!critical",
  ])
})

test("one that is expected of every host is muted on all", () => {
  const member = (replicas: number) =>
    watched("redis-1", [{ name: "RedisMemberDown", node: "database-1" }], replicas)
  const exporter = (replicas: number) =>
    watched("redis-exporter", [{ name: "RedisMemberDown" }], replicas)
  expect(matched([member(1), exporter(1)], [member(2), exporter(2)])).toEqual([
    "alertname=RedisMemberDown severity!critical",
  ])
})

test("what is unchanged, new or removed is not expected to fire", () => {
  expect(silences([proxy(1), proxy(2)], [proxy(2), proxy(3)])).toEqual([])
})

test("a silence says who and what, and ends by itself when the plan has to", () => {
  const before = [proxy(1), proxy(2), service("app"), service("web")]
  const after = [
    proxy(1, 21),
    proxy(2, 21),
    service("app", { replicas: 3 }),
    service("web", { replicas: 3 }),
  ]
  expect(silences(before, after)).toEqual([
    {
      matchers: expect.anything(),
      startsAt: "2026-06-10T12:00:00.000Z",
      // The app and the web together, then one load balancer after the other: 120 s each.
      endsAt: "2026-06-10T12:06:00.000Z",
      createdBy: "Ada <ada@example.com> (pid 7)",
      comment: "apply of c0ffee",
    },
  ])
})
