import { describe, expect, test } from "vitest"
import type { DesiredService } from "../deploy/desired.ts"
import { type ServiceParts, service } from "../plan/plan-fixture.ts"
import { change, messages } from "./guard-fixture.ts"

test("mode-change: global and replicated cannot become each other", () => {
  const to = (mode: NonNullable<ServiceParts["mode"]>) => service("app", { mode })
  expect(messages("mode-change", change([to("global")], [to("replicated")]))).toEqual([
    "quickcart_app would change from global to replicated; give the service a new name instead",
  ])
  const same = change([to("global")], [service("app", { mode: "global", wave: 30 })])
  expect(messages("mode-change", same)).toEqual([])
  const job = change([to("replicated-job")], [service("app", { mode: "replicated-job", wave: 30 })])
  expect(messages("mode-change", job)).toEqual([])
})

describe("network-change", () => {
  const plain = { driver: "overlay" }
  const on = (...networks: [string, object][]) => Object.fromEntries(networks)
  const change_ = (before: object, after: object) =>
    change(
      [service("app", { networks: { edge: before } })],
      [service("app", { networks: { edge: after } })],
    )
  test.each<[string, object, RegExp]>([
    ["options", { driver_opts: { encrypted: "true" } }, /Options.encrypted unset \(.*: true\)/],
    ["subnet", { ipam: { config: [{ subnet: "10.9.0.0/24" }] } }, /IPAM.Config .*10.9.0.0.24/],
    ["attachable", { attachable: true }, /Attachable false \(the files: true\)/],
    ["internal", { internal: true }, /Internal false/],
    ["driver", { driver: "macvlan" }, /Driver overlay/],
  ])("%s cannot be changed in place", (_, after, expected) => {
    const [message, ...others] = messages("network-change", change_(plain, after))
    expect(message).toMatch(expected)
    expect(message).toContain("give the changed network a new name")
    expect(others).toEqual([])
  })
  test("what Docker adds is no change, and the host's network is not ours", () => {
    const input = change_(plain, plain)
    const [network] = input.observed.networks
    if (network === undefined) throw new Error("no network is live")
    network.Options = { "com.docker.network.driver.overlay.vxlanid_list": "4097" }
    network.IPAM = { Config: [{ Subnet: "10.20.0.0/24" }] }
    expect(messages("network-change", input)).toEqual([])
    const host = { external: true, name: "host" }
    expect(messages("network-change", change_(plain, host))).toEqual([])
  })

  const old: [string, object] = ["edge", plain]
  const next: [string, object] = ["edge-2", { attachable: true }]
  const pair = (app: [string, object][], proxy: [string, object][]) => [
    service("app", { wave: 10, networks: on(...app) }),
    service("haproxy", { wave: 20, networks: on(...proxy) }),
  ]
  test("services that move in one commit would lose each other", () => {
    const both = [old, next]
    const refused = [
      'quickcart_app would leave quickcart_edge before quickcart_haproxy does; let one of them join both networks in a commit before (docs/plan.md, "A network that changes")',
    ]
    const between = (before: DesiredService[], after: DesiredService[]) =>
      messages("network-change", change(before, after))
    expect(between(pair([old], [old]), pair([next], [next]))).toEqual(refused)
    // The last two of the three commits at once.
    expect(between(pair(both, [old]), pair([next], [next]))[0]).toContain("quickcart_app would")
    expect(between(pair([old], [old]), pair(both, [old]))).toEqual([])
    expect(between(pair(both, [old]), pair(both, [next]))).toEqual([])
    expect(between(pair(both, [next]), pair([next], [next]))).toEqual([])
    // Apart for good is what the files say.
    expect(between(pair([old], [old]), pair([next], [old]))).toEqual([])
  })
})
