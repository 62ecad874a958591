import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { Host } from "../core/fleet.ts"
import { fleetFixture } from "../core/fleet-fixture.ts"
import { hostsOf } from "../core/roles.ts"
import { haproxyConfig } from "./config.ts"
import { hardStopSeconds, maxConnectionsTotal, openFiles, serverSlots } from "./limits.ts"
import { haproxyConfigService, haproxyService } from "./service.ts"

const lines = haproxyConfig(fleetFixture())
  .split("\n")
  .map((line) => line.trim())

const [balancer] = hostsOf(fleetFixture(), "loadBalancer") as [Host]

function indexOf(start: string): number {
  const index = lines.findIndex((line) => line.startsWith(start))
  expect(index, start).toBeGreaterThan(-1)
  return index
}

test("a foreign host name is refused before the redirect could repeat it", () => {
  expect(lines[indexOf("http-request deny deny_status 421")]).toContain(
    "-m str shop.example.test www.shop.example.test",
  )
  expect(indexOf("http-request deny deny_status 421")).toBeLessThan(
    indexOf("http-request redirect scheme https"),
  )
})

test("what clients claim about themselves is gone before the truth is added", () => {
  expect(indexOf("http-request del-header ^x-forwarded-")).toBeLessThan(
    indexOf("http-request set-header X-Forwarded-Proto"),
  )
})

test("only what changes nothing is ever sent twice", () => {
  const replayed = lines.filter((line) => line.startsWith("retry-on"))
  expect(replayed).toEqual(["retry-on conn-failure empty-response"])
  expect(lines).toContain("http-request disable-l7-retry unless { method GET HEAD OPTIONS }")
})

test("before the address moves every answer ends its connection, which all are over then", () => {
  expect(lines).toContain(
    "http-after-response set-header Connection close if { str(yes) -m str -f virt@leaving }",
  )
  const program = readFileSync(
    join(import.meta.dirname, "../../images/keepalived/hand-over-vip"),
    "utf8",
  )
  const kept = Number(/^my \$kept += (\d+);/m.exec(program)?.[1])
  const idle = Number(/^timeout http-keep-alive (\d+)s$/m.exec(lines.join("\n"))?.[1])
  expect(kept).toBeGreaterThan(idle)
})

test("a draining task keeps its sessions", () => {
  expect(lines.join("\n")).not.toContain("shutdown-sessions")
})

test("every task of the largest fleet has a slot, and an update has room", () => {
  const fleet = fleetFixture({ app: 8 })
  fleet.flashSales = [
    { name: "a", start: "2026-12-12T19:00", durationSeconds: 60, appHosts: 50, prewarmSeconds: 60 },
  ]
  expect(serverSlots(fleet)).toBe(53)
  expect(haproxyConfig(fleet)).toContain("server-template app 53 tasks.quickcart_app:3000")
})

test("health checks are accepted when the shop is full", () => {
  const fleet = fleetFixture()
  expect(maxConnectionsTotal(fleet)).toBeGreaterThan(fleet.edge.maxConnections)
  expect(lines.filter((line) => line.startsWith("maxconn"))).toEqual([
    "maxconn 20100",
    "maxconn 20000",
  ])
})

test.each([1000, 20_000, 100_000])("%i connections have two descriptors each", (connections) => {
  const fleet = fleetFixture()
  fleet.edge.maxConnections = connections
  expect(openFiles(fleet)).toBeGreaterThan(2 * maxConnectionsTotal(fleet))
})

test("a small fleet asks for no more descriptors than a small machine gives", () => {
  const fleet = fleetFixture()
  fleet.edge.maxConnections = 2000
  expect(openFiles(fleet)).toBe(8192)
})

test("the container lives longer than the slowest request it has to finish", () => {
  const fleet = fleetFixture()
  fleet.edge.timeouts.serverSeconds = 120
  expect(hardStopSeconds(fleet)).toBeGreaterThan(120)
  expect(haproxyConfig(fleet)).toContain(`hard-stop-after ${hardStopSeconds(fleet)}s`)
  expect(haproxyService(fleet, balancer).stop_grace_period).toBe(`${hardStopSeconds(fleet) + 5}s`)
})

test("a load balancer's ports are its host's own", () => {
  const { ports, deploy } = haproxyService(fleetFixture(), balancer)
  expect(ports?.map(({ published, mode }) => `${published} ${mode}`)).toEqual([
    "80 host",
    "443 host",
    "8405 host",
  ])
  expect(deploy.update_config?.order).toBe("stop-first")
})

test("a configuration HAProxy refuses brings the previous one back", () => {
  const { healthcheck, deploy } = haproxyConfigService(fleetFixture())
  expect(healthcheck?.test).toEqual(["CMD", "test", "-f", "/tmp/delivered"])
  expect(deploy.update_config).toMatchObject({ parallelism: 1, failure_action: "rollback" })
})

test("images under a path of the shop come from the bucket, and from nowhere else", () => {
  const fleet = fleetFixture()
  fleet.provider.name = "hetzner"
  expect(haproxyConfig(fleet)).not.toContain("backend images")
  fleet.objectStorage = {
    endpoint: "https://storage.example.com",
    region: "eu",
    imagesBucket: "pictures",
    backupBucket: null,
    imagesBaseUrl: "/images",
    imagesPath: "/images",
  }
  const text = haproxyConfig(fleet)
  expect(text).toContain("use_backend images if { path_beg /images/ }")
  expect(text).toContain("http-request set-uri %[path,regsub(^/images/,/pictures/)]")
  expect(text).toContain(
    "server bucket storage.example.com:443 ssl verify required ca-file @system-ca sni str(storage.example.com) verifyhost storage.example.com",
  )
})
