import { expect, test } from "vitest"
import { differenceLine } from "./difference.ts"
import { findDrift } from "./find-drift.ts"
import type { LastApplied } from "./last-applied.ts"
import { appliedNow, nodeOf, recordedFleet, type Scene } from "./recorded-fixture.ts"
import { record } from "./stack-value.ts"

/** What is found after `change`, when `last` was applied last. */
function since(last: LastApplied | undefined, change: (scene: Scene) => void): string[] {
  const scene = recordedFleet()
  change(scene)
  const applied = { definitions: new Map(), last }
  return findDrift(scene.desired, scene.live, scene.fleet, applied).map(
    ({ kind, object, name, field }) => `${kind} ${object} ${name} ${field}`.trim(),
  )
}
const recordedLast = appliedNow(recordedFleet())
const hostOf = (scene: Scene, name: string) => {
  const found = scene.fleet.hosts.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no host ${name}`)
  return found
}
const encrypt = ({ desired }: Scene) => {
  for (const { stack } of desired.services) {
    const networks = record(stack.networks)
    if (networks.edge !== undefined) networks.edge = { driver_opts: { encrypted: "true" } }
  }
}
const oldNetwork = ({ live }: Scene) => {
  const [edge] = live.networks
  if (edge !== undefined) live.allNetworks.push({ ...edge, Name: "quickcart_old" })
}

const gitMoved: [string, (scene: Scene) => void, string][] = [
  [
    "a host added",
    (s) => s.fleet.hosts.push({ ...hostOf(s, "app-1"), name: "app-9" }),
    "node app-9",
  ],
  [
    "a host taken out",
    (s) => {
      s.fleet.hosts = s.fleet.hosts.filter(({ name }) => name !== "app-2")
    },
    "node app-2",
  ],
  [
    "a host of another role",
    (s) => Object.assign(hostOf(s, "app-1"), { role: "database" }),
    "node app-1 Spec.Labels.role",
  ],
  ["a network's option", encrypt, "network quickcart_edge Options.encrypted"],
  [
    "a service added",
    (s) => {
      const [app] = s.desired.services.filter(({ shortName }) => shortName === "app")
      if (app !== undefined) s.desired.services.push({ ...app, name: "quickcart_new" })
    },
    "service quickcart_new",
  ],
]

test.each(gitMoved)("%s is pending since the last apply, or unknown", (_, change, expected) => {
  expect(since(recordedLast, change)).toEqual([`pending ${expected}`])
  expect(since(undefined, change)).toEqual([`unknown ${expected}`])
})

test("a network that only the last apply knows is pending, one that nobody knows is drift", () => {
  const [service] = structuredClone(recordedLast.services)
  if (service === undefined) throw new Error("no service")
  service.stack.networks = { old: {} }
  const last = { ...recordedLast, services: [...recordedLast.services, service] }
  expect(since(last, oldNetwork)).toEqual(["pending network quickcart_old"])
  expect(since(recordedLast, oldNetwork)).toEqual(["drift network quickcart_old"])
})

test("what moved on both sides, and a host that up has joined since, drift", () => {
  const drained = (s: Scene) => Object.assign(nodeOf(s, "app-1").Spec, { Availability: "drain" })
  const older = structuredClone(recordedLast)
  if (older.fleet === undefined) throw new Error("no fleet")
  older.fleet.hosts = older.fleet.hosts.filter(({ name }) => name !== "app-1")
  expect(since(older, drained)).toEqual(["drift node app-1 Spec.Availability"])
  const relabelled = (s: Scene) => {
    Object.assign(hostOf(s, "app-1"), { role: "database" })
    Object.assign(nodeOf(s, "app-1").Spec.Labels ?? {}, { role: "manager" })
  }
  expect(since(recordedLast, relabelled)).toEqual(["drift node app-1 Spec.Labels.role"])
})

test("the line of a pending node says as of which commit it is as it should be", () => {
  const scene = recordedFleet()
  Object.assign(hostOf(scene, "app-1"), { role: "database" })
  const last = { definitions: new Map(), last: recordedLast }
  const [found] = findDrift(scene.desired, scene.live, scene.fleet, last)
  expect(found && differenceLine(found)).toMatch(
    /^pending node app-1: Spec.Labels.role: git database, live app \(version \d+, as of cccccccccccc, which was applied last\)$/,
  )
})
