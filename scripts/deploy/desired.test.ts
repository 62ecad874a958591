import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { mergeStacks, readDesired } from "./desired.ts"

const secret = { key: "edge_tls", name: "quickcart_edge_tls_1", value: "v" }

const made: string[] = []
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true })
})

function stackDirectory(replacements: [string, string][] = []): string {
  const directory = mkdtempSync(join(tmpdir(), "quickcart-desired-"))
  made.push(directory)
  let text = `version: "3.12"
services:
  haproxy:
    x-quickcart: {wave: 20, deadlineSeconds: 90, impact: restart}
    image: haproxy:1
    command: ["echo", "$$HOME"]
    networks: {edge: {aliases: [lb]}}
    volumes: [{type: volume, source: haproxy-run, target: /run/haproxy}]
    deploy: {mode: global}
  haproxy-config:
    x-quickcart: {wave: 10, deadlineSeconds: 60, impact: reload}
    image: haproxy:1
    configs: [{source: haproxy_cfg, target: /config/haproxy.cfg}]
    secrets: [{source: edge_tls, target: /run/secrets/edge_tls}]
    deploy: {mode: global}
networks: {edge: {driver: overlay}}
volumes: {haproxy-run: {name: quickcart_haproxy_run}}
secrets: {edge_tls: {external: true, name: "\${QUICKCART_SECRET_EDGE_TLS:?push it}"}}
configs: {haproxy_cfg: {name: quickcart_haproxy_cfg_a, file: ./haproxy.cfg}}
`
  for (const [from, to] of replacements) text = text.replaceAll(from, to)
  writeFileSync(join(directory, "edge.stack.yaml"), text)
  writeFileSync(join(directory, "haproxy.cfg"), "global\n")
  return directory
}

const hashes = (replacements: [string, string][] = [], value = secret) =>
  Object.fromEntries(
    readDesired(stackDirectory(replacements), [value]).services.map((s) => [
      s.shortName,
      s.specHash,
    ]),
  )

test("services come in wave order with their configs and rollout", () => {
  const desired = readDesired(stackDirectory(), [secret])
  expect(desired.services.map((s) => [s.name, s.wave, s.impact, s.configs])).toEqual([
    ["quickcart_haproxy-config", 10, "reload", ["quickcart_haproxy_cfg_a"]],
    ["quickcart_haproxy", 20, "restart", []],
  ])
  expect(desired.configs).toEqual([{ name: "quickcart_haproxy_cfg_a", data: "global\n" }])
})

test("a changed definition, config name or secret value changes only the services that use it", () => {
  const base = hashes()
  const image = hashes([["haproxy:1\n    command", "haproxy:2\n    command"]])
  expect(image["haproxy-config"]).toBe(base["haproxy-config"])
  expect(image.haproxy).not.toBe(base.haproxy)
  const config = hashes([["haproxy_cfg_a", "haproxy_cfg_b"]])
  expect(config.haproxy).toBe(base.haproxy)
  expect(config["haproxy-config"]).not.toBe(base["haproxy-config"])
  const rotated = hashes([], { ...secret, name: "quickcart_edge_tls_2" })
  expect(rotated.haproxy).toBe(base.haproxy)
  expect(rotated["haproxy-config"]).not.toBe(base["haproxy-config"])
})

test("what a change is expected to raise is no part of the definition", () => {
  const expects: [string, string][] = [
    ["impact: restart}", "impact: restart, alerts: [{name: LoadBalancerDown, node: lb-1}]}"],
  ]
  expect(hashes(expects)).toEqual(hashes())
  const { services } = readDesired(stackDirectory(expects), [secret])
  expect(services.map(({ shortName, alerts }) => [shortName, alerts])).toEqual([
    ["haproxy-config", []],
    ["haproxy", [{ name: "LoadBalancerDown", node: "lb-1" }]],
  ])
})

test("moving a service to another wave is not a change of it", () => {
  expect(hashes([["wave: 20", "wave: 30"]])).toEqual(hashes())
})

test("the stack that is sent names configs and secrets instead of holding them, and carries the hash", () => {
  const stack = mergeStacks(readDesired(stackDirectory(), [secret]).services) as {
    services: Record<string, { deploy: { labels: Record<string, string> }; command?: string[] }>
    secrets: unknown
    configs: unknown
  }
  expect(stack.secrets).toEqual({ edge_tls: { external: true, name: "quickcart_edge_tls_1" } })
  expect(stack.configs).toEqual({
    haproxy_cfg: { external: true, name: "quickcart_haproxy_cfg_a" },
  })
  expect(stack.services.haproxy?.deploy.labels["quickcart.spec-hash"]).toMatch(/^[0-9a-f]{16}$/)
  expect(stack.services.haproxy?.command).toEqual(["echo", "$$HOME"])
  expect(JSON.stringify(stack)).not.toContain("x-quickcart")
})

test("a mounted secret or config that nobody names is said with the service and what to do", () => {
  expect(() => readDesired(stackDirectory(), [])).toThrow(
    'haproxy-config mounts the secret "edge_tls", which fleet.json does not name; add it under secrets:',
  )
  const other: [string, string][] = [["source: haproxy_cfg", "source: other_cfg"]]
  expect(() => readDesired(stackDirectory(other), [secret])).toThrow(
    'haproxy-config mounts the config "other_cfg", which its stack file does not define; run:',
  )
})

test("an environment without stack files says what to run", () => {
  expect(() => readDesired("/nonexistent", [])).toThrow("npx quickcart render")
})
