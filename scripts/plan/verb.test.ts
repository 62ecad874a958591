import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import type { SwarmNode, SwarmObject } from "../deploy/swarm-types.ts"
import { readText } from "../io/files.ts"
import { renderEnvironments } from "../render.ts"
import { assumeLive } from "./assumed.ts"
import { findLiveBase } from "./base.ts"
import { planMarkdown } from "./format-markdown.ts"
import { planText } from "./format-text.ts"
import { fleet, hosts } from "./plan-fixture.ts"
import { readSnapshot } from "./snapshot.ts"
import { specText } from "./spec-fixture.ts"
import { offlinePlan, planAgainst, planFormats, planVerb } from "./verb.ts"

let repository = ""

const git = (...argv: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...argv], {
    cwd: repository,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim()

function write(text: string) {
  writeFileSync(join(repository, "environments", "shop.yaml"), text)
  const [result] = renderEnvironments({ repository, environments: ["shop"], check: false })
  expect(result?.problems.filter(({ severity }) => severity === "error")).toEqual([])
}

function commit(message: string): string {
  git("add", "-A")
  git("commit", "-qm", message)
  return git("rev-parse", "HEAD")
}

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), "quickcart-offline-"))
  mkdirSync(join(repository, "environments"))
  mkdirSync(join(repository, "images"))
  writeFileSync(join(repository, "images", "lock.json"), readText("images/lock.json") ?? "")
  git("init", "-q", "-b", "main")
  write(specText)
  commit("first")
})
afterAll(() => rmSync(repository, { recursive: true, force: true }))

test("an unchanged tree plans nothing", async () => {
  const plan = await offlinePlan(repository, "shop", "main")
  expect(plan.operations).toEqual([])
  expect(plan.refusals).toEqual([])
})

test("an edit reaches the plan with its line, from rendered files", async () => {
  write(specText.replace("replicas: 4", "replicas: 6").replace("count: 2\n", "count: 3\n"))
  const text = planText(await offlinePlan(repository, "shop", "main"))
  expect(text).toContain("create-host app-3: create")
  expect(text).toContain("<- environments/shop.yaml:14 hosts.app.count")
  expect(text).toContain("deploy.replicas: 4 -> 6\n     <- environments/shop.yaml:31 app.replicas")
  expect(text).toContain("+24 USD a month")
  write(specText)
})

/** Files by hand, so that the text below changes only when plans do. */
function writeByHand(parts: { image: string; replicas: number; timeout: number; hosts: number }) {
  const stacks = join(repository, "stacks", "shop")
  rmSync(stacks, { recursive: true, force: true })
  mkdirSync(stacks, { recursive: true })
  const fleetHosts = [...hosts("load-balancer", 2), ...hosts("app", parts.hosts, "s-2vcpu-4gb")]
  const file = { ...fleet, environment: "shop", hosts: fleetHosts, secrets: ["edge_tls"] }
  writeFileSync(join(stacks, "fleet.json"), JSON.stringify(file))
  writeFileSync(join(stacks, "keepalived.conf"), "  priority 199\n  advert_int 0.1\n")
  writeFileSync(join(stacks, "haproxy.cfg"), `timeout server ${parts.timeout}s\n`)
  writeFileSync(
    join(stacks, "edge.stack.yaml"),
    `version: "3.12"
services:
  app:
    x-quickcart: {wave: 10, deadlineSeconds: 300, impact: restart}
    image: shop:1
    deploy:
      mode: replicated
      replicas: ${parts.replicas}
      placement: {constraints: [node.labels.role == app]}
      resources: {limits: {cpus: "0.5"}, reservations: {cpus: "0.5", memory: "512000000"}}
  haproxy-config:
    x-quickcart: {wave: 20, deadlineSeconds: 60, impact: reload}
    image: haproxy:1
    configs: [{source: haproxy_cfg, target: /config/haproxy.cfg}]
    secrets: [{source: edge_tls, target: edge_tls}]
    deploy: {mode: global, placement: {constraints: [node.labels.role == load-balancer]}}
${[1, 2].map((n) => balancer(n, parts.image)).join("")}secrets: {edge_tls: {external: true, name: "\${QUICKCART_SECRET_EDGE_TLS:?push it}"}}
configs:
  keepalived: {name: quickcart_keepalived_1, file: ./keepalived.conf}
  haproxy_cfg: {name: quickcart_haproxy_cfg_${parts.timeout}, file: ./haproxy.cfg}
`,
  )
}

function balancer(n: number, image: string): string {
  return `  haproxy-${n}:
    x-quickcart: {wave: 30, deadlineSeconds: 90, impact: restart, leader: vip}
    image: haproxy:${image}
    deploy: {mode: global, placement: {constraints: [node.labels.host == load-balancer-${n}]}}
`
}

test("the plan of an edit, as text and as markdown", async () => {
  writeByHand({ image: "1", replicas: 4, timeout: 15, hosts: 2 })
  commit("by hand")
  writeByHand({ image: "2", replicas: 6, timeout: 20, hosts: 3 })
  const yaml = specText.replace("replicas: 4", "replicas: 6").replace("count: 2\n", "count: 3\n")
  writeFileSync(join(repository, "environments", "shop.yaml"), yaml)
  const plan = await offlinePlan(repository, "shop", "main")
  const steady = (text: string) => text.replaceAll(/\b[0-9a-f]{12,16}\b/g, "<hash>")
  expect(steady(planText(plan))).toMatchSnapshot()
  expect(steady(planMarkdown(plan))).toMatchSnapshot()
  git("checkout", "-q", ".")
  write(specText)
  commit("rendered again")
})

test("a new environment creates everything, and an unknown one or commit is a sentence", async () => {
  git("checkout", "-q", "--orphan", "empty")
  git("rm", "-rq", "--cached", ".")
  git("commit", "-q", "--allow-empty", "-m", "empty")
  git("add", "-A")
  const plan = await offlinePlan(repository, "shop", "empty")
  const kinds = plan.operations.map(({ kind, name }) => `${kind} ${name}`)
  expect(kinds).toContain("create-service quickcart_haproxy-1")
  expect(kinds).toContain("create-host manager-1")
  expect(planText(plan)).toContain("create-network quickcart_edge: none\n   not there yet\n")
  expect(plan.cost.before).toBe(0)
  git("checkout", "-q", "-f", "main")
  await expect(offlinePlan(repository, "nowhere", "main")).rejects.toThrow("no environment")
  await expect(offlinePlan(repository, "shop", "gone")).rejects.toThrow('no commit "gone"')
  await expect(offlinePlan(repository, "shop", "--output=x")).rejects.toThrow("no commit")
})

test("options that do not fit are refused before anything is read", async () => {
  const options = { offline: false, base: "main", format: "text" as const }
  await expect(planVerb(repository, "shop", options)).rejects.toThrow("belong together")
  const html = { offline: true, base: "main", format: "html" as "text" }
  await expect(planVerb(repository, "shop", html)).rejects.toThrow("text, markdown, json")
})

test("the commit that is live is found by its hashes, whatever the secrets are", async () => {
  const old = git("rev-parse", "HEAD")
  const rotated = (key: string) => `quickcart_${key}_0123456789abcdef`
  const then = readSnapshot(repository, "shop", rotated)
  write(specText.replace("replicas: 4", "replicas: 5"))
  commit("more replicas")
  if (then === undefined) throw new Error("no snapshot")
  const observed = assumeLive(then.desired)
  expect((await findLiveBase(repository, "shop", observed))?.commit).toBe(old)
  for (const one of observed.services) one.Spec.Labels = {}
  expect(await findLiveBase(repository, "shop", observed)).toBeUndefined()
})

const node = (Hostname: string): SwarmNode => ({
  ID: Hostname,
  Version: { Index: 1 },
  Spec: { Role: "worker", Availability: "active", Labels: { role: Hostname.replace(/-\d+$/, "") } },
  Description: { Hostname, Engine: { EngineVersion: "26" } },
  Status: { State: "ready" },
})

/** A Swarm that runs the working tree, with the given ending of every secret's name. */
function swarmOf(secret: string) {
  const then = readSnapshot(repository, "shop", (key) => `quickcart_${key}_${secret}`)
  if (then === undefined) throw new Error("no snapshot")
  const observed = assumeLive(then.desired)
  observed.nodes = then.fleet.hosts
    .filter(({ role }) => role !== "bastion")
    .map((h) => node(h.name))
  return { desired: then.desired, observed }
}

test("a live Swarm that runs the commit plans nothing, and a new secret value its reload", async () => {
  const then = swarmOf("0123456789abcdef")
  const nothing = await planAgainst(repository, "shop", then)
  expect([nothing.operations, nothing.refusals, nothing.notes]).toEqual([[], [], []])
  const { desired } = swarmOf("fedcba9876543210")
  const plan = await planAgainst(repository, "shop", { ...then, desired })
  expect(plan.from).toContain(git("rev-parse", "HEAD").slice(0, 12))
  const update = plan.operations.find(({ kind }) => kind === "update-service")
  expect(update).toMatchObject({
    name: "quickcart_haproxy-config",
    causes: [
      {
        field: "secretValue.edge_tls",
        before: "quickcart_edge_tls_0123456789abcdef",
        after: "quickcart_edge_tls_fedcba9876543210",
        origins: [],
      },
    ],
    impact: { kind: "reload" },
  })
})

test("a definition that no commit made is explained by its fields, and hosts by the nodes", async () => {
  const { observed, desired } = swarmOf("0123456789abcdef")
  for (const one of observed.services) {
    one.Spec.Labels = { "quickcart.spec-hash": "by hand" }
    if (one.Spec.Mode.Replicated !== undefined) one.Spec.Mode.Replicated.Replicas = 3
  }
  observed.nodes = observed.nodes.filter((one) => one.Description.Hostname !== "app-2")
  observed.nodes.push(node("app-7"))
  const plan = await planAgainst(repository, "shop", { desired, observed })
  const app = plan.operations.find(({ name }) => name === "quickcart_app")
  expect(app?.causes).toEqual([{ field: "deploy.replicas", before: "3", after: "5", origins: [] }])
  expect(app?.impact.kind).toBe("rolling restart")
  expect(
    plan.operations
      .filter(({ kind }) => kind.endsWith("-host"))
      .map(({ kind, name }) => `${kind} ${name}`),
  ).toEqual(["create-host app-2", "destroy-host app-7"])
  expect(plan.notes[0]).toContain("None of the last commits")
})

test("a host that only an older commit knows goes with its size and price", async () => {
  write(specText.replace("replicas: 4", "replicas: 5").replace("count: 2\n", "count: 3\n"))
  commit("one more host")
  const { observed } = swarmOf("0123456789abcdef")
  write(specText.replace("replicas: 4", "replicas: 5"))
  commit("one host less")
  // Only the hosts differ: no service is a reason to look for the live commit.
  const { desired } = swarmOf("0123456789abcdef")
  for (const one of observed.services) {
    const wanted = desired.services.find(({ name }) => name === one.Spec.Name)
    one.Spec.Labels = { "quickcart.spec-hash": wanted?.specHash ?? "" }
  }
  observed.configs = desired.configs.map(({ name }) => object(name))
  const plan = await planAgainst(repository, "shop", { desired, observed })
  expect(plan.operations.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["destroy-host app-3"])
  expect(plan.operations[0]?.summary).toBe("2 vCPU, 4 GB, s-2vcpu-4gb")
  expect(planText(plan)).toContain("-24 USD a month")
})

const object = (Name: string, day = 1): SwarmObject => ({
  ID: Name,
  CreatedAt: `2026-01-0${day}T00:00:00Z`,
  Spec: { Name },
})

test("old generations and a network that nothing joins go last, each with what a revert brings back", async () => {
  const { desired, observed } = swarmOf("0123456789abcdef")
  for (const day of [1, 2, 3]) {
    observed.configs.push(object(`quickcart_old_cfg_${day}`, day))
    observed.secrets.push(object(`quickcart_old_key_${day}`, day))
  }
  const [edge] = observed.networks
  if (edge === undefined) throw new Error("no network")
  observed.networks.push({ ...edge, Id: "old", Name: "quickcart_old" })
  const plan = await planAgainst(repository, "shop", { desired, observed })
  expect(
    plan.operations.map(({ kind, name, impact }) => `${kind} ${name} ${impact.reversible}`),
  ).toEqual([
    "prune-config quickcart_old_cfg_1 true",
    "prune-secret quickcart_old_key_1 false",
    "remove-network quickcart_old true",
  ])
})

test.each(planFormats)(
  "exit codes as %s: 0 nothing to do, 2 changes, 1 could not tell",
  async (format) => {
    const printed: string[] = []
    const print = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      printed.push(String(text))
      return true
    })
    try {
      const codeAfter = (base: string) =>
        planVerb(repository, "shop", { offline: true, base, format })
      expect(await codeAfter("HEAD")).toBe(0)
      expect(await codeAfter("HEAD~1")).toBe(2)
      await expect(codeAfter("gone")).rejects.toMatchObject({ exitCode: 1 })
    } finally {
      print.mockRestore()
    }
    expect(printed).toHaveLength(2)
    if (format === "json") {
      expect(printed.map((text) => JSON.parse(text).operations.length > 0)).toEqual([false, true])
    }
  },
)
