import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import type { SwarmNode, SwarmObject, SwarmService } from "../../scripts/deploy/swarm-types.ts"
import { convertStack } from "../../scripts/drift/convert.ts"
import { type DriftReport, drift, lookForDrift } from "../../scripts/drift/drift.ts"
import { type Facts, specFacts } from "../../scripts/drift/facts.ts"
import { type Json, list, record } from "../../scripts/drift/stack-value.ts"
import {
  awaitHealthy,
  hostContainer,
  inHost,
  taskContainer,
} from "../../scripts/drills/fleet-access.ts"
import { atMost, reportText, writeReport } from "../../scripts/drills/report.ts"
import { drillContext } from "../../scripts/drills/run.ts"
import { localTag } from "../../scripts/images.ts"
import { nowMs, waitFor } from "../../scripts/io/clock.ts"
import { run } from "../../scripts/io/command.ts"
import { pushImage } from "../../scripts/io/providers/box-registry.ts"
import { connectSwarm, type SwarmConnection } from "../../scripts/io/swarm-connection.ts"
import { updateSpec } from "../../scripts/io/update-spec.ts"
import { startBox } from "../../scripts/start-box.ts"

const repository = join(import.meta.dirname, "..", "..")
const say = (line: string) => process.stdout.write(`    ${line}\n`)
const context = drillContext(repository, say, false)
let swarm: SwarmConnection

beforeAll(async () => {
  await startBox(repository, { allowDirty: process.env.CI === undefined })
  await awaitHealthy(context)
  swarm = await connectSwarm(context.fleet, context.state)
})

/** Drift that was planted, and that of it which a look listed. */
let planted = 0
let found = 0
const looks: { seconds: number[]; wrong: string[] } = { seconds: [], wrong: [] }

afterAll(async () => {
  await swarm?.close()
  const report = await writeReport(repository, "drift", {
    parameters: { looks: looks.seconds.length, kindsPlanted: planted },
    samples: looks.seconds,
    unit: "s a look",
    bounds: [
      atMost("false reports on a healthy fleet", looks.wrong.length, 0),
      atMost("kinds short of the twelve to plant", Math.max(0, 12 - planted), 0),
      atMost("planted kinds not found", planted - found, 0),
    ],
  })
  say(reportText(report))
})

/** One look has to list exactly what was planted. */
async function expectFound(expected: string[], options: { hosts?: boolean } = {}) {
  const report = await look(options)
  planted += expected.length
  found += expected.filter((line) => lines(report).includes(line)).length
  expect(lines(report).toSorted()).toEqual(expected.toSorted())
  return report
}

const look = (options: { heal?: boolean; hosts?: boolean } = {}) =>
  drift(repository, "local", {
    heal: false,
    hosts: false,
    allowDirty: process.env.CI === undefined,
    overrides: [],
    report: say,
    ...options,
  })

const lines = ({ differences }: Pick<DriftReport, "differences">) =>
  differences.map(({ kind, object, name, field }) => `${kind} ${object} ${name} ${field}`.trim())

const liveService = (name: string) => swarm.engine.get<SwarmService>(`/services/quickcart_${name}`)

/** Changes a live service behind our back, as `docker service update` does. */
function change(name: string, edit: (spec: Json) => void): Promise<void> {
  return updateSpec<SwarmService>(swarm.engine, `/services/quickcart_${name}`, ({ Spec }) => {
    edit(Spec as unknown as Json)
    return Spec
  })
}

async function changeNode(host: string, edit: (spec: SwarmNode["Spec"]) => void): Promise<void> {
  const nodes = await swarm.engine.get<SwarmNode[]>("/nodes")
  const found = nodes.find(
    (node) => node.Description.Hostname === host && node.Status.State === "ready",
  )
  if (found === undefined) throw new Error(`no node ${host}`)
  await updateSpec<SwarmNode>(swarm.engine, `/nodes/${found.ID}`, ({ Spec }) => {
    edit(Spec)
    return Spec
  })
}

const container = (spec: Json) => record(record(spec.TaskTemplate).ContainerSpec)

/** A running shop image under another name. */
async function otherImage(): Promise<string> {
  const local = "quickcart/shop:drift"
  await run(["docker", "build", "--quiet", "--tag", local, "-"], {
    input: `FROM ${localTag("shop")}\nENV RELEASE=drift\n`,
    environment: { DOCKER_BUILDKIT: "0" },
  })
  await pushImage(local, say)
  return `${context.fleet.registry.address}/shop:drift`
}

async function healed(): Promise<void> {
  const report = await look({ heal: true })
  expect(lines(report)).toEqual([])
  await awaitHealthy(context)
}

test("fifty looks at a healthy fleet, while tasks restart, find nothing", async () => {
  const restarts: Record<number, () => Promise<unknown>> = {
    5: () => killTask("app-1", "app"),
    15: () => killTask("load-balancer-1", "haproxy-config"),
    25: () => change("app", (spec) => Object.assign(record(spec.TaskTemplate), { ForceUpdate: 1 })),
    40: () => killTask("load-balancer-2", "keepalived-config"),
  }
  for (let i = 0; i < 50; i += 1) {
    await restarts[i]?.()
    const start = nowMs()
    // Over the open connection: the looks are closer together, and meet more of a restart.
    const seen = await lookForDrift(repository, context.fleet, context.state, swarm)
    const blind = seen.unjudged.map(({ host, reason }) => `could not look at ${host}: ${reason}`)
    looks.wrong.push(...[...lines(seen), ...blind].map((line) => `look ${i}: ${line}`))
    looks.seconds.push(Number(((nowMs() - start) / 1000).toFixed(2)))
  }
  expect(looks.wrong).toEqual([])
  await awaitHealthy(context)
})

async function killTask(host: string, service: string): Promise<void> {
  const id = await taskContainer(context, host, `quickcart_${service}`)
  await inHost(context, host, ["docker", "kill", id])
}

test("what cloud-init wrote is compared on every host, and an edit is found", async () => {
  expect(lines(await look({ hosts: true }))).toEqual([])
  const file = "/etc/docker/daemon.json"
  const app = hostContainer(context, "app-1")
  await run(["docker", "exec", app, "sh", "-c", `cp ${file} /root/kept && echo '{}' > ${file}`])
  try {
    await expectFound([`drift file app-1:${file}`], { hosts: true })
  } finally {
    await run(["docker", "exec", app, "cp", "/root/kept", file])
  }
})

describe("planted drift is found, field by field, and healed", () => {
  // What one test left behind must not fail the others.
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await look({ heal: true })
  })

  test("of the app service", async () => {
    const image = await otherImage()
    await change("app", (spec) => {
      Object.assign(spec, { Mode: { Replicated: { Replicas: 3 } } })
      Object.assign(record(spec.Labels), { team: "blue" })
      Object.assign(container(spec), {
        Image: image,
        Env: [...list(container(spec).Env), "BY_HAND=1"].map((entry) =>
          entry === "DRAIN_SECONDS=8" ? "DRAIN_SECONDS=9" : entry,
        ),
        Mounts: [{ Type: "bind", Source: "/tmp", Target: "/host" }],
        StopGracePeriod: 20e9,
      })
      const task = record(spec.TaskTemplate)
      Object.assign(record(record(task.Resources).Limits), { MemoryBytes: 300e6 })
      list(record(task.Placement).Constraints).push("node.labels.host != app-9")
      Object.assign(record(spec.RollbackConfig), { Order: "stop-first" })
    })
    const report = await expectFound(
      [
        "Labels.team",
        "Mode.Replicated.Replicas",
        "RollbackConfig.Order",
        "Env.BY_HAND",
        "Env.DRAIN_SECONDS",
        "Image",
        "Mounts./host",
        "StopGracePeriod",
        "Placement.Constraints",
        "Resources.Limits.MemoryBytes",
      ].map((field) => `drift service quickcart_app ${field}`),
    )
    expect(report.adoptions).toContainEqual({
      path: "app.replicas",
      value: "3",
      reason: "quickcart_app Mode.Replicated.Replicas",
    })
    await healed()
  })

  test("of ports and health checks", async () => {
    await change("haproxy-1", (spec) => {
      list(record(spec.EndpointSpec).Ports).pop()
      Object.assign(record(container(spec).Healthcheck), { Retries: 9 })
    })
    await expectFound([
      "drift service quickcart_haproxy-1 EndpointSpec.Ports.8405/tcp",
      "drift service quickcart_haproxy-1 Healthcheck.Retries",
    ])
    await healed()
  })

  test("of services and configs that are missing, altered or extra", async () => {
    const configs = await swarm.engine.get<SwarmObject[]>("/configs")
    const mounted = list(
      container((await liveService("keepalived-config")).Spec as unknown as Json).Configs,
    ).map((config) => String(record(config).ConfigName))
    const altered = configs.find((config) => mounted.includes(config.Spec.Name))
    if (altered === undefined) throw new Error("keepalived-config mounts no config")
    await swarm.engine.remove("/services/quickcart_keepalived-config")
    await swarm.engine.remove(`/configs/${altered.ID}`)
    const other = { ...altered.Spec, Data: Buffer.from("other").toString("base64") }
    await swarm.engine.post("/configs/create", other)
    const extra = structuredClone((await liveService("app")).Spec)
    Object.assign(extra, {
      Name: "quickcart_debug",
      Labels: { "com.docker.stack.namespace": "quickcart" },
      Mode: { Replicated: { Replicas: 0 } },
    })
    await swarm.engine.post("/services/create", extra)
    await expectFound([
      `drift config ${altered.Spec.Name} Data`,
      "drift service quickcart_keepalived-config",
      "drift service quickcart_debug",
    ])
    await healed()
  })

  test("of nodes", async () => {
    await changeNode("app-1", (spec) => Object.assign(spec.Labels ?? {}, { rack: "9" }))
    await changeNode("app-2", (spec) => Object.assign(spec, { Availability: "drain" }))
    await changeNode("database-1", (spec) => Object.assign(spec, { Labels: { role: "app" } }))
    await expectFound([
      "drift node app-1 Spec.Labels.rack",
      "drift node app-2 Spec.Availability",
      "drift node database-1 Spec.Labels.host",
      "drift node database-1 Spec.Labels.role",
    ])
    await healed()
  })

  test("of files on the load balancers", async () => {
    const edit = async (host: string, service: string, command: string) => {
      const id = await taskContainer(context, host, `quickcart_${service}`)
      await inHost(context, host, ["docker", "exec", id, "sh", "-c", command])
    }
    await edit("load-balancer-1", "haproxy-config", "echo '# by hand' >> /run/haproxy/haproxy.cfg")
    await edit(
      "load-balancer-2",
      "haproxy-config",
      "cp /run/haproxy/certs/edge_tls.pem /run/haproxy/certs/other.pem; rm /run/haproxy/certs/edge_tls.pem",
    )
    await edit(
      "load-balancer-2",
      "keepalived-config",
      "echo '# by hand' >> /run/keepalived/keepalived.conf",
    )
    await expectFound([
      "drift file load-balancer-1:/run/haproxy/haproxy.cfg",
      "drift file load-balancer-2:/run/haproxy/certs/edge_tls.pem",
      "drift file load-balancer-2:/run/haproxy/certs/other.pem",
      "drift file load-balancer-2:/run/keepalived/keepalived.conf",
    ])
    await healed()
  })

  test("of strangers, which are left alone", async () => {
    const spec = structuredClone((await liveService("app")).Spec)
    Object.assign(spec, { Name: "stranger", Labels: {}, Mode: { Replicated: { Replicas: 0 } } })
    await swarm.engine.post("/services/create", spec)
    await swarm.engine.post("/networks/create", { Name: "stranger", Driver: "overlay" })
    try {
      const expected = ["drift network stranger", "drift service stranger"]
      await expectFound(expected)
      expect(lines(await look({ heal: true }))).toEqual(expected)
    } finally {
      await swarm.engine.remove("/services/stranger")
      await waitFor("the network to be free", { deadlineSeconds: 60 }, async () => {
        await swarm.engine.remove("/networks/stranger")
        return true
      })
    }
    expect(lines(await look())).toEqual([])
  })
})

test("the converter agrees with docker stack deploy on every key that we can write", async () => {
  // Live ones, so that the probe needs no files.
  const configs = (await swarm.engine.get<SwarmObject[]>("/configs"))
    .map((config) => config.Spec.Name)
    .filter((name) => name.startsWith("quickcart_"))
  const stack = everyKey(context.fleet.images.shop ?? "", configs)
  const deploy = (argv: string, input: string) =>
    swarm.remote.exec(swarm.manager(), `docker stack ${argv}`, { input, timeoutSeconds: 60 })
  await deploy(
    "deploy --compose-file - --resolve-image never --detach=true probe",
    JSON.stringify(stack),
  )
  try {
    const live = await swarm.engine.get<SwarmService>("/services/probe_every")
    const networks = await swarm.engine.get<{ Id: string; Name: string }[]>("/networks")
    const names = new Map(networks.map((network) => [network.Id, network.Name]))
    const sorted = (facts: Facts) => Object.fromEntries([...facts].sort())
    expect(sorted(specFacts(convertStack("probe", "every", stack), names))).toEqual(
      sorted(specFacts(live.Spec as unknown as Json, names)),
    )
  } finally {
    await deploy("rm probe", "")
  }
})

/** A service without tasks that uses every key of generators/core/swarm-service.ts. */
function everyKey(image: string, configs: string[]): Json {
  const roll = { parallelism: 2, order: "start-first", delay: "1m30s", monitor: "7s" }
  return {
    version: "3.12",
    services: {
      every: {
        image,
        entrypoint: ["/bin/sh", "-c"],
        command: ["echo $$HOME", "two"],
        user: "1000:1000",
        init: true,
        read_only: true,
        environment: { A: "1", B: "x=y", C: "" },
        configs: [
          { source: "one", target: "/etc/one" },
          { source: "two", target: "/two", mode: 256 },
        ],
        volumes: [
          { type: "volume", source: "plain", target: "/plain" },
          { type: "volume", source: "tuned", target: "/tuned", read_only: true },
          { type: "bind", source: "/etc", target: "/host", read_only: true },
          { type: "tmpfs", target: "/scratch", tmpfs: { size: 1000000 } },
        ],
        networks: { inner: { aliases: ["other"] } },
        ports: [{ target: 80, published: 18080, protocol: "tcp", mode: "host" }],
        healthcheck: {
          test: ["CMD", "true"],
          interval: "10s",
          timeout: "2s",
          retries: 4,
          start_period: "1m",
          start_interval: "500ms",
        },
        cap_add: ["NET_ADMIN"],
        cap_drop: ["MKNOD", "CHOWN"],
        sysctls: { "net.core.somaxconn": "1024" },
        ulimits: { nofile: { soft: 10, hard: 20 }, nproc: 30 },
        stop_grace_period: "1m5s",
        stop_signal: "SIGUSR1",
        hostname: "{{.Node.Hostname}}",
        logging: { driver: "json-file", options: { "max-size": "1m" } },
        deploy: {
          mode: "replicated",
          replicas: 0,
          endpoint_mode: "dnsrr",
          labels: { team: "blue" },
          placement: {
            constraints: ["node.labels.role == app"],
            preferences: [{ spread: "node.labels.host" }],
            max_replicas_per_node: 2,
          },
          resources: {
            limits: { cpus: "0.5", memory: "64M", pids: 100 },
            reservations: { cpus: "0.25", memory: "32000000" },
          },
          restart_policy: { condition: "on-failure", delay: "3s", max_attempts: 4 },
          update_config: { ...roll, failure_action: "rollback", max_failure_ratio: 0.5 },
          rollback_config: { ...roll, failure_action: "continue" },
        },
      },
    },
    networks: { inner: { driver: "overlay" } },
    volumes: {
      plain: {},
      tuned: {
        name: "probe_other",
        driver: "local",
        driver_opts: { type: "tmpfs", device: "tmpfs" },
      },
    },
    configs: {
      one: { external: true, name: configs[0] },
      two: { external: true, name: configs[1] },
    },
  }
}
