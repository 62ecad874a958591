import { expect, test } from "vitest"
import { planLines } from "../deploy/reconcile.ts"
import { adoptionLines, adoptions } from "./adopt.ts"
import { findDrift } from "./find-drift.ts"
import { healPlan } from "./heal.ts"
import { appliedNow, containerOf, recordedFleet, type Scene, specOf } from "./recorded-fixture.ts"
import { record } from "./stack-value.ts"

const found = (scene: Scene) =>
  findDrift(scene.desired, scene.live, scene.fleet, {
    definitions: new Map(),
    last: appliedNow(scene),
  })
const plan = (scene: Scene) => planLines(healPlan(found(scene), scene.desired, scene.live))
const adopt = (scene: Scene) =>
  adoptionLines(adoptions(found(scene), scene.live), "environments/local.yaml")

test("drift becomes operations, pending changes stay with apply", () => {
  const scene = recordedFleet()
  Object.assign(specOf(scene, "app"), { Mode: { Replicated: { Replicas: 7 } } })
  Object.assign(record(specOf(scene, "haproxy").Labels), { "quickcart.spec-hash": "before" })
  const stranger = structuredClone(scene.live.services[0])
  if (stranger === undefined) throw new Error("no service")
  stranger.Spec = { ...stranger.Spec, Name: "miner", Labels: {} }
  const planted = structuredClone(stranger)
  const stackLabels = { "com.docker.stack.namespace": "quickcart" }
  planted.Spec = { ...planted.Spec, Name: "quickcart_debug", Labels: stackLabels }
  scene.live.services = [...scene.live.services, planted]
  scene.live.allServices = [...scene.live.services, stranger]
  expect(plan(scene)).toEqual([
    "update-service quickcart_app, wave 10, restart: drift: Mode.Replicated.Replicas",
    "remove-service quickcart_debug: drift: not in git",
  ])
})

test("a service that is gone comes back with its configs", () => {
  const scene = recordedFleet()
  scene.live.services = scene.live.services.filter(
    (one) => one.Spec.Name !== "quickcart_haproxy-config",
  )
  scene.live.allServices = scene.live.services
  scene.live.allConfigs = scene.live.allConfigs.filter(({ Spec }) => !/haproxy/.test(Spec.Name))
  expect(plan(scene)).toEqual([
    "create-config quickcart_haproxy_cfg_dd8ed75dc70f: drift: it was gone or altered",
    "create-service quickcart_haproxy-config, wave 20, reload: drift: it was gone",
  ])
})

test("a network that is gone is created again", () => {
  const scene = recordedFleet()
  scene.live.allNetworks = scene.live.allNetworks.filter(({ Name }) => Name !== "quickcart_edge")
  expect(plan(scene)).toEqual(["create-network quickcart_edge: drift: it was gone"])
})

test("a healthy fleet needs no healing", () => {
  expect(plan(recordedFleet())).toEqual([])
  expect(adopt(recordedFleet())).toEqual([])
})

test("what the spec can say is offered as a change of it", () => {
  const scene = recordedFleet()
  Object.assign(specOf(scene, "app"), { Mode: { Replicated: { Replicas: 7 } } })
  Object.assign(containerOf(scene, "app"), {
    Image: `registry/shop:2@sha256:${"a".repeat(64)}`,
    Env: ["PORT=3000", "HEALTH_PATH=/healthz", "DRAIN_SECONDS=9", "LOG=debug", "API_TOKEN=x"],
  })
  Object.assign(record(record(record(specOf(scene, "app").TaskTemplate).Resources).Limits), {
    MemoryBytes: 512e6,
  })
  Object.assign(record(specOf(scene, "haproxy").UpdateConfig), { Parallelism: 2 })
  expect(adopt(scene)).toEqual([
    "To accept it, set in environments/local.yaml:",
    "  app.replicas: 7",
    "  app.drain: 9s",
    '  app.environment.LOG: "debug"',
    "  app.image: registry/shop:2",
    "  app.resources.memory: 512MB",
    "No field of the spec expresses quickcart_app Env.API_TOKEN; heal it.",
    "No field of the spec expresses quickcart_haproxy UpdateConfig.Parallelism; heal it.",
  ])
})
