import { expect, test } from "vitest"
import { type Engine, EngineFailure } from "../io/engine.ts"
import { assumeLive } from "../plan/assumed.ts"
import { service } from "../plan/plan-fixture.ts"
import { createObjects, removeNetworks } from "./create-objects.ts"
import type { Desired, DesiredService } from "./desired.ts"
import { desiredNetworks, networksOf } from "./networks.ts"
import { planLines, reconcile } from "./reconcile.ts"
import { tidy } from "./tidy.ts"

const on = (networks: Record<string, object>) => [service("app", { networks })]
const files = (services: DesiredService[]): Desired => ({ services, configs: [], secrets: [] })
const moved = (before: DesiredService[], after: DesiredService[]) =>
  reconcile(files(after), assumeLive(files(before)))
const edge = { driver: "overlay" }
const host = { external: true, name: "host" }

/** An engine that records what it is asked, and answers each call with `fail`, if that throws. */
function recorder(fail: () => void = () => undefined) {
  const calls: unknown[] = []
  const call = async (...asked: unknown[]) => {
    calls.push(asked)
    fail()
  }
  return { calls, engine: { post: call, remove: call } as unknown as Engine }
}

test("a network is created before the services that join it, and removed after they left", () => {
  const next = on({ edge_2: edge, hostnet: host })
  expect(planLines(moved([], next))).toEqual([
    "create-network quickcart_edge_2: not there yet",
    "create-service quickcart_app, wave 10, restart: not there yet",
  ])
  const plan = planLines(moved(on({ edge, hostnet: host }), next))
  expect(plan.map((line) => line.split(":")[0])).toEqual([
    "create-network quickcart_edge_2",
    "update-service quickcart_app, wave 10, restart",
    "remove-network quickcart_edge",
  ])
  expect(moved(next, next).operations).toEqual([])
})

test("what names no network joins the stack's default one", () => {
  expect(networksOf(service("app")).map(({ name }) => name)).toEqual(["quickcart_default"])
  expect(networksOf(service("app", { networks: { hostnet: host } }))).toEqual([])
})

test("an option that apply cannot create is an error, never left out", () => {
  expect(() => desiredNetworks(on({ edge: { enable_ipv6: true } }))).toThrow('"enable_ipv6"')
})

test("it is created as the files say, with the label by which docker stack deploy knows it", async () => {
  const network = {
    driver_opts: { encrypted: true },
    attachable: true,
    ipam: { config: [{ subnet: "10.9.0.0/24" }] },
  }
  const wanted = files(on({ edge: network }))
  const plan = moved([], wanted.services)
  const { calls, engine } = recorder()
  await createObjects(plan, wanted, engine)
  const body = {
    Name: "quickcart_edge",
    Driver: "overlay",
    Options: { encrypted: "true" },
    Attachable: true,
    Internal: false,
    IPAM: { Config: [{ Subnet: "10.9.0.0/24" }] },
    Labels: { "com.docker.stack.namespace": "quickcart" },
  }
  expect(calls).toEqual([["/networks/create", body]])
  const exists = recorder(() => {
    throw new EngineFailure("POST", "/networks/create", 409, "already exists")
  })
  await createObjects(plan, wanted, exists.engine)
  expect(exists.calls).toHaveLength(1)
})

test("after a rollback the networks that the run made go too, and a refusal hides no reason", async () => {
  const plan = moved([], on({ edge }))
  const { calls, engine } = recorder(() => {
    throw new EngineFailure("DELETE", "/networks/x", 400, "in use")
  })
  await removeNetworks(plan, engine)
  expect(calls).toEqual([["/networks/quickcart_edge"]])
})

test("a network with something attached stays, and is no failure; another refusal is one", async () => {
  const plan = moved(on({ edge }), on({ hostnet: host }))
  const refuse = (status: number, message: string) => async () => {
    const lines: string[] = []
    const { calls, engine } = recorder(() => {
      throw new EngineFailure("DELETE", "/networks/x", status, message)
    })
    await tidy(plan, engine, (line) => lines.push(line))
    expect(calls).toEqual([["/networks/assumed-quickcart_edge"]])
    return lines
  }
  expect((await refuse(400, "network x is in use by service y")())[1]).toContain(
    "quickcart_edge stays until nothing is attached to it",
  )
  expect(await refuse(404, "not found")()).toEqual(["remove-network quickcart_edge"])
  await expect(refuse(403, "denied")()).rejects.toThrow("tidying up did not end")
})
