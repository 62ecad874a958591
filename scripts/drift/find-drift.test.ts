import { expect, test } from "vitest"
import { confirmed, differenceLine } from "./difference.ts"
import { type Applied, findDrift } from "./find-drift.ts"
import { parseHostRead } from "./observe-live.ts"
import {
  appliedNow,
  containerOf,
  nodeOf,
  recordedFleet,
  type Scene,
  specOf,
} from "./recorded-fixture.ts"
import { type Json, list, record } from "./stack-value.ts"

/** Against a fleet that was applied from the commit that is compared. */
const compare = (scene: Scene, definitions: Applied["definitions"] = new Map()) =>
  findDrift(scene.desired, scene.live, scene.fleet, { definitions, last: appliedNow(scene) })

/** `kind object name: field` of each difference after a change of the recorded fleet. */
function after(change: (scene: Scene) => void): string[] {
  const scene = recordedFleet()
  change(scene)
  return compare(scene).map(({ kind, object, name, field }) =>
    `${kind} ${object} ${name} ${field}`.trim(),
  )
}

const task = (scene: Scene, name: string) => record(specOf(scene, name).TaskTemplate)
const labels = (scene: Scene, name: string) => record(specOf(scene, name).Labels)
const serviceOf = (scene: Scene, name: string) => {
  const found = scene.live.services.find(({ Spec }) => Spec.Name === `quickcart_${name}`)
  if (found === undefined) throw new Error(`no service ${name}`)
  return found
}
const file = (scene: Scene, path: string) => {
  const found = scene.live.files.find((one) => one.path === path)
  if (found === undefined) throw new Error(`no file ${path}`)
  return found
}

test("what a real deploy made of the definitions equals them", () => {
  expect(compare(recordedFleet())).toEqual([])
})

const planted: [string, (scene: Scene) => void, string[]][] = [
  [
    "replicas scaled by hand",
    (s) => Object.assign(specOf(s, "app"), { Mode: { Replicated: { Replicas: 7 } } }),
    ["drift service quickcart_app Mode.Replicated.Replicas"],
  ],
  [
    "scaled to nothing",
    (s) => Object.assign(specOf(s, "app"), { Mode: { Replicated: { Replicas: 0 } } }),
    ["drift service quickcart_app Mode.Replicated.Replicas"],
  ],
  [
    "another image",
    (s) => Object.assign(containerOf(s, "app"), { Image: "nginx:1@sha256:00" }),
    ["drift service quickcart_app Image"],
  ],
  [
    "a variable added, one changed, one removed",
    (s) => Object.assign(containerOf(s, "app"), { Env: ["PORT=4000", "DRAIN_SECONDS=8", "X=1"] }),
    [
      "drift service quickcart_app Env.HEALTH_PATH",
      "drift service quickcart_app Env.PORT",
      "drift service quickcart_app Env.X",
    ],
  ],
  [
    "a mount of the host's root",
    (s) =>
      list(containerOf(s, "haproxy").Mounts).push({ Type: "bind", Source: "/", Target: "/host" }),
    ["drift service quickcart_haproxy Mounts./host"],
  ],
  [
    "a port closed",
    (s) => list(record(specOf(s, "haproxy").EndpointSpec).Ports).pop(),
    ["drift service quickcart_haproxy EndpointSpec.Ports.8405/tcp"],
  ],
  [
    "a label added to the service",
    (s) => Object.assign(labels(s, "app"), { team: "blue" }),
    ["drift service quickcart_app Labels.team"],
  ],
  [
    "our own label removed",
    (s) => delete labels(s, "app")["quickcart.spec-hash"],
    ["drift service quickcart_app Labels.quickcart.spec-hash"],
  ],
  [
    "a memory limit raised",
    (s) => Object.assign(record(record(task(s, "app").Resources).Limits), { MemoryBytes: 1e9 }),
    ["drift service quickcart_app Resources.Limits.MemoryBytes"],
  ],
  [
    "a constraint removed",
    (s) => Object.assign(record(task(s, "app").Placement), { Constraints: [] }),
    ["drift service quickcart_app Placement.Constraints"],
  ],
  [
    "the health check off",
    (s) => Object.assign(record(containerOf(s, "haproxy").Healthcheck), { Test: ["NONE"] }),
    ["drift service quickcart_haproxy Healthcheck.Test"],
  ],
  [
    "a capability added",
    (s) => list(containerOf(s, "keepalived").CapabilityAdd).push("CAP_SYS_ADMIN"),
    ["drift service quickcart_keepalived CapabilityAdd"],
  ],
  [
    "failures no longer rolled back",
    (s) => Object.assign(record(specOf(s, "app").UpdateConfig), { FailureAction: "continue" }),
    ["drift service quickcart_app UpdateConfig.FailureAction"],
  ],
  [
    "detached from its network",
    (s) => Object.assign(task(s, "app"), { Networks: [] }),
    [
      "drift service quickcart_app Networks.quickcart_edge",
      "drift service quickcart_app Networks.quickcart_edge.Aliases",
    ],
  ],
  [
    "a secret that is no longer mounted",
    (s) => Object.assign(containerOf(s, "haproxy-config"), { Secrets: [] }),
    ["drift service quickcart_haproxy-config Secrets.edge_tls"],
  ],
  [
    "a setting that git cannot even express",
    (s) => Object.assign(containerOf(s, "app"), { Privileges: { NoNewPrivileges: true } }),
    ["drift service quickcart_app Privileges.NoNewPrivileges"],
  ],
  [
    "a service removed",
    (s) => {
      s.live.services = s.live.services.filter((one) => one.Spec.Name !== "quickcart_app")
      s.live.allServices = s.live.services
    },
    ["drift service quickcart_app"],
  ],
  [
    "a stranger's service",
    (s) => {
      const [first] = structuredClone(s.live.services)
      if (first === undefined) return
      first.Spec = { ...first.Spec, Name: "miner", Labels: {} }
      s.live.allServices = [...s.live.services, first]
    },
    ["drift service miner"],
  ],
  [
    "a config recreated with other content",
    (s) => Object.assign(s.live.allConfigs[0]?.Spec ?? {}, { Data: "AAAA" }),
    [
      "drift config quickcart_haproxy_cfg_dd8ed75dc70f Data",
      // The hosts still hold what was delivered before.
      "drift file load-balancer-1:/run/haproxy/haproxy.cfg",
      "drift file load-balancer-2:/run/haproxy/haproxy.cfg",
    ],
  ],
  [
    "a network that lost its encryption",
    (s) => {
      for (const { stack } of s.desired.services) {
        const networks = record(stack.networks)
        if (networks.edge !== undefined) {
          networks.edge = { driver: "overlay", driver_opts: { encrypted: "true" } }
        }
      }
    },
    ["drift network quickcart_edge Options.encrypted"],
  ],
  [
    "a node's role label changed",
    (s) => Object.assign(nodeOf(s, "app-1").Spec.Labels ?? {}, { role: "database" }),
    ["drift node app-1 Spec.Labels.role"],
  ],
  [
    "a node drained",
    (s) => Object.assign(nodeOf(s, "app-1").Spec, { Availability: "drain" }),
    ["drift node app-1 Spec.Availability"],
  ],
  [
    "a worker made manager",
    (s) => Object.assign(nodeOf(s, "database-1").Spec, { Role: "manager" }),
    ["drift node database-1 Spec.Role"],
  ],
  [
    "a host that left",
    (s) => {
      s.live.nodes = s.live.nodes.filter((one) => one.Description.Hostname !== "app-2")
    },
    ["drift node app-2"],
  ],
  [
    "a dead entry of a rebuilt host",
    (s) =>
      s.live.nodes.unshift({
        ...nodeOf(s, "app-2"),
        ID: "old",
        Status: { State: "down", Addr: "" },
      }),
    ["drift node app-2"],
  ],
  [
    "a delivered file edited on its host",
    (s) => Object.assign(file(s, "/run/haproxy/haproxy.cfg"), { sha256: "0".repeat(64) }),
    ["drift file load-balancer-1:/run/haproxy/haproxy.cfg"],
  ],
  [
    "a certificate added beside ours",
    (s) =>
      s.live.files.push({
        host: "load-balancer-2",
        path: "/run/haproxy/certs/other.pem",
        sha256: "0".repeat(64),
      }),
    ["drift file load-balancer-2:/run/haproxy/certs/other.pem"],
  ],
]

test.each(planted)("found: %s", (_, change, expected) => {
  expect(after(change)).toEqual(expected)
})

test("a secret that is mounted among the configs is looked for there, not among the certificates", () => {
  const path = "/run/haproxy/internal_ca.pem"
  // The same value, so that one secret's will do.
  const { sha256 } = file(recordedFleet(), "/run/haproxy/certs/edge_tls.pem")
  const withAuthority = (delivered: readonly string[]) =>
    after((scene) => {
      const container = containerOf(scene, "haproxy-config")
      const [edge] = list(container.Secrets).map(record)
      const authority = {
        ...edge,
        File: { ...record(edge?.File), Name: "/config/internal_ca.pem" },
      }
      container.Secrets = [...list(container.Secrets), authority]
      const { ID } = serviceOf(scene, "haproxy-config")
      for (const one of scene.live.tasks.filter(({ ServiceID }) => ServiceID === ID)) {
        record(record(one.Spec).ContainerSpec).Secrets = container.Secrets
      }
      for (const host of delivered) scene.live.files.push({ host, path, sha256 })
    }).filter((line) => line.startsWith("drift file"))
  expect(withAuthority(["load-balancer-1", "load-balancer-2"])).toEqual([])
  expect(withAuthority(["load-balancer-1"])).toEqual([`drift file load-balancer-2:${path}`])
})

test("defaults that a manual update writes out, orders and restarts are no differences", () => {
  const found = after((scene) => {
    const app = containerOf(scene, "app")
    Object.assign(app, {
      Env: list(app.Env).toReversed(),
      DNSConfig: {},
      Init: false,
      Mounts: [],
      Healthcheck: null,
    })
    Object.assign(task(scene, "app"), { ForceUpdate: 4, LogDriver: null })
    record(task(scene, "keepalived").RestartPolicy).Window = 0
    list(containerOf(scene, "keepalived").CapabilityAdd).reverse()
  })
  expect(found).toEqual([])
})

test("another hash than git's is pending, and not drift", () => {
  const found = after((scene) => {
    Object.assign(labels(scene, "app"), { "quickcart.spec-hash": "before" })
    Object.assign(specOf(scene, "app"), { Mode: { Replicated: { Replicas: 7 } } })
  })
  expect(found).toEqual(["pending service quickcart_app Labels.quickcart.spec-hash"])
})

test("drift below a pending change is found when the applied definition is known", () => {
  const scene = recordedFleet()
  const [app] = scene.desired.services.filter((service) => service.shortName === "app")
  if (app === undefined) throw new Error("no app")
  const applied = structuredClone(app)
  Object.assign(labels(scene, "app"), { "quickcart.spec-hash": "before" })
  Object.assign(record(app.stack.services), {
    app: { ...record(record(app.stack.services).app), image: "shop:next" },
  })
  Object.assign(specOf(scene, "app"), { Mode: { Replicated: { Replicas: 7 } } })
  const found = compare(scene, new Map([["before", applied]]))
  expect(found.map(({ kind, field }) => [kind, field])).toEqual([
    ["pending", "Labels.quickcart.spec-hash"],
    ["drift", "Mode.Replicated.Replicas"],
  ])
})

test("a new secret value and a service that left git wait for apply", () => {
  const found = after((scene) => {
    scene.desired.secrets = [{ key: "edge_tls", name: "quickcart_edge_tls_new", value: "v" }]
    scene.desired.services = scene.desired.services.filter((one) => one.shortName !== "app")
  })
  expect(found).toEqual(["pending secret quickcart_edge_tls_new", "pending service quickcart_app"])
})

test("on a fleet that saw no apply all is pending", () => {
  const found = after((scene) => {
    Object.assign(scene.live, { services: [], allServices: [], tasks: [], configs: [], files: [] })
    Object.assign(scene.live, { allConfigs: [], filesRead: new Set() })
  })
  expect(found.filter((line) => !line.startsWith("pending"))).toEqual([])
  expect(found).toContain("pending service quickcart_haproxy")
  expect(found).toContain("pending config quickcart_haproxy_cfg_dd8ed75dc70f")
})

test("files are judged only where the config task has delivered the live configs", () => {
  const edit = (scene: Scene) =>
    Object.assign(file(scene, "/run/haproxy/haproxy.cfg"), { sha256: "0".repeat(64) })
  const starting = after((scene) => {
    edit(scene)
    for (const one of scene.live.tasks) one.Status.State = "starting"
  })
  const older = after((scene) => {
    edit(scene)
    for (const one of scene.live.tasks) {
      for (const mount of list((one.Spec.ContainerSpec as unknown as Json).Configs)) {
        record(mount).ConfigName = "quickcart_haproxy_cfg_before"
      }
    }
  })
  const unread = after((scene) => {
    edit(scene)
    scene.live.filesRead.clear()
  })
  expect([starting, older, unread]).toEqual([[], [], []])
})

test("a config service that is pinned to a host delivers nowhere else", () => {
  const lost = (pinned: string[]) =>
    after((scene) => {
      const placement = record(task(scene, "haproxy-config").Placement)
      placement.Constraints = [...list(placement.Constraints), ...pinned]
      scene.live.files = scene.live.files.filter(({ host }) => host !== "load-balancer-2")
    }).filter((line) => line.includes("/run/haproxy/"))
  expect(lost(["node.labels.host == load-balancer-1"])).toEqual([])
  expect(lost([])).toContain("drift file load-balancer-2:/run/haproxy/haproxy.cfg")
})

test("no live variable, argument or random-looking value is shown", () => {
  const scene = recordedFleet()
  const planted = ["plain-but-private", "Zx81kQpW7tR2vB9nM4cL6hJ3"]
  Object.assign(containerOf(scene, "app"), { Env: [`A=${planted[0]}`], Args: [planted[0]] })
  Object.assign(labels(scene, "app"), { note: planted[1], apiToken: planted[0] })
  const text = compare(scene).map(differenceLine).join("\n")
  expect(text).toContain("Labels.note")
  for (const value of planted) expect(text).not.toContain(value)
})

test("only what two observations agree on is drift", () => {
  const scene = recordedFleet()
  Object.assign(specOf(scene, "app"), { Mode: { Replicated: { Replicas: 7 } } })
  const first = compare(scene)
  Object.assign(specOf(scene, "app"), { Mode: { Replicated: { Replicas: 8 } } })
  expect(confirmed(first, first)).toEqual(first)
  expect(confirmed(first, compare(scene))).toEqual([])
})

test("what changed it, as far as Swarm records that", () => {
  const scene = recordedFleet()
  const app = scene.live.services.find((one) => one.Spec.Name === "quickcart_app")
  if (app === undefined) throw new Error("no app")
  app.PreviousSpec = structuredClone(app.Spec)
  delete app.UpdateStatus
  Object.assign(app, { UpdatedAt: "2026-11-22T17:00:00Z", Version: { Index: 42 } })
  app.Spec.Mode = { Replicated: { Replicas: 7 } }
  const [difference] = compare(scene)
  expect(differenceLine(difference ?? fail())).toBe(
    "drift   service quickcart_app: Mode.Replicated.Replicas: git 4, live 7 (changed 2026-11-22T17:00:00Z, version 42)",
  )
})

test("a host's answer is believed only as far as it was given", () => {
  const sum = "a".repeat(64)
  expect(
    parseHostRead("lb", `${sum}  /run/haproxy/haproxy.cfg\nread /run/haproxy\nnoise\n`),
  ).toEqual({
    files: [{ host: "lb", path: "/run/haproxy/haproxy.cfg", sha256: sum }],
    directories: ["lb:/run/haproxy"],
  })
  expect(parseHostRead("lb", "")).toEqual({ files: [], directories: [] })
})

function fail(): never {
  throw new Error("no difference was found")
}
