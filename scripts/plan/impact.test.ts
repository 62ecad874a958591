import { expect, test } from "vitest"
import { hostImpact } from "./host-impact.ts"
import { createImpact, removeImpact, updateImpact } from "./impact.ts"
import type { Impact } from "./model.ts"
import { outage } from "./phrases.ts"
import { fleet, hosts, type ServiceParts, service } from "./plan-fixture.ts"
import { vrrpTiming } from "./vrrp.ts"

const keepalived = (priority: number, advert: string) => ({
  name: `quickcart_keepalived_${priority}`,
  data: `vrrp_instance edge {\n  priority ${priority}\n  advert_int ${advert}\n}\n`,
})
const vrrp = vrrpTiming([keepalived(200, "0.1"), keepalived(199, "0.1")])
const context = { fleet, vrrp, members: 2 }
const balancer: ServiceParts = {
  role: "load-balancer",
  host: "load-balancer-1",
  mode: "global",
  leader: "vip",
}

function impactOf(name: string, parts: ServiceParts, fields = ["image"], given = context): string {
  return words(updateImpact(service(name, parts), fields, given))
}

const words = (impact: Impact) => `${impact.kind}; ${outage(impact)}; ${impact.reason}`

test("VRRP timing is that of the slowest backup (RFC 9568: 3 x advert + skew)", () => {
  expect(vrrp?.skewSeconds).toBeCloseTo((57 * 0.1) / 256)
  expect(vrrp?.masterDownSeconds).toBeCloseTo(0.3 + (57 * 0.1) / 256)
  expect(vrrpTiming([{ name: "quickcart_haproxy_cfg_1", data: "global\n" }])).toBeUndefined()
})

test("a config service reloads", () => {
  expect(
    impactOf("haproxy-config", { impact: "reload", role: "load-balancer", mode: "global" }, [
      "configContent.haproxy_cfg",
    ]),
  ).toBe("reload; none; the files are validated and reloaded; the daemon keeps its connections")
})

test("nobody waits for what only watches", () => {
  const impact = impactOf("prometheus", { impact: "unseen", role: "manager", host: "manager-3" })
  expect(impact).toMatch(/^restart; none; no visitor's request passes it/)
})

test("HAProxy fails over: the watch notices, then the VIP moves", () => {
  expect(impactOf("haproxy-1", balancer)).toBe(
    "failover; 0.22 s, at most 0.72 s; the standby restarts first, the VIP's owner last: of 2 the " +
      "VIP moves once, and only here if this is its owner (noticed in 0.1 s, taken over after " +
      "0.12 s, or 0.32 s when a message is lost; 3 s are promised for one move)",
  )
})

test("Keepalived itself announces that it goes, so nobody has to notice", () => {
  expect(impactOf("keepalived-1", balancer)).toMatch(
    /^failover; 0.12 s, at most 0.32 s; .*\(taken over after 0.12 s/,
  )
})

test("a single load balancer has nobody to fail over to", () => {
  const impact = impactOf("haproxy-1", balancer, ["image"], { ...context, members: 1 })
  expect(impact).toBe(
    "restart; 10 s, at most 120 s; there is no second load balancer to move the VIP to: up to 10 s to stop, then the start",
  )
})

test("a database member fails over within the objective", () => {
  const parts = { role: "database", host: "database-1", volumes: ["data"] }
  expect(impactOf("postgres-1", parts)).toBe(
    "failover; 45 s, at most 45 s; writes wait while another member becomes primary, for as long as the objective allows",
  )
})

test("equals of a quorum decide while one restarts", () => {
  const parts: ServiceParts = { role: "manager", leader: "none", volumes: ["etcd"] }
  expect(impactOf("etcd-1", parts, ["image"], { ...context, members: 3 })).toBe(
    "rolling restart; none; 2 of 3 members decide while one restarts",
  )
})

test("a Redis member hands over; both clusters sharing a wave is no quorum of twelve", () => {
  const parts: ServiceParts = { host: "database-1", leader: "none", volumes: ["redis-cache-1"] }
  expect(impactOf("redis-cache-1", parts, ["image"], { ...context, members: 12 })).toBe(
    "rolling restart; none; one member at a time; a master hands its slots to its replica before it stops, and clients are redirected",
  )
})

test("start-first replaces tasks without a gap", () => {
  expect(impactOf("app", { replicas: 4, update: { parallelism: 1, order: "start-first" } })).toBe(
    "rolling restart; none; each new task is healthy before an old one of 4 drains and stops, 1 at a time",
  )
})

test("stop-first leaves the other tasks serving, unless there is no other", () => {
  expect(impactOf("app", { replicas: 4, update: { parallelism: 1 } })).toBe(
    "rolling restart; none; 3 of 4 tasks serve while 1 restarts",
  )
  const definition = { stop_grace_period: "1m30s" } as const
  expect(
    impactOf("grafana", { replicas: 1, definition: { ...definition, image: "g", deploy: {} } }),
  ).toBe(
    "restart; 90 s, at most 120 s; all of its tasks stop before new ones start: up to 90 s to stop, then the start",
  )
  expect(impactOf("app", { replicas: 4, update: { parallelism: 0 } })).toMatch(/^restart; 10 s/)
})

test("what lies outside the task restarts nothing", () => {
  expect(impactOf("haproxy-1", balancer, ["deploy.update_config.parallelism"])).toMatch(
    /^none; none/,
  )
  expect(impactOf("app", { replicas: 4 }, ["deploy.replicas", "deploy.labels.x"])).toMatch(/^scale/)
  expect(impactOf("app", { replicas: 4 }, ["deploy.replicas", "image"])).toMatch(/^rolling restart/)
  // Without the old definition nobody knows that only these changed.
  expect(impactOf("app", { replicas: 4 }, [])).toMatch(/^rolling restart/)
})

test("a removal is reversible unless data goes with it", () => {
  expect(removeImpact([]).reversible).toBe(true)
  expect(removeImpact(["pgdata"])).toMatchObject({
    kind: "remove",
    unavailable: null,
    reversible: false,
    lost: expect.stringContaining("pgdata"),
  })
  expect(words(createImpact({ isJob: false }))).toBe("create; none; nothing used it before")
  expect(createImpact({ isJob: true })).toMatchObject({ kind: "job", reversible: false })
})

test("hosts: app hosts come and go unnoticed, data does not come back", () => {
  const [app, database] = [hosts("app", 1)[0], hosts("database", 1)[0]]
  if (app === undefined || database === undefined) throw new Error("no hosts")
  expect(words(hostImpact({ kind: "create-host", host: app }))).toMatch(/^create; none/)
  expect(hostImpact({ kind: "destroy-host", host: app }).reversible).toBe(true)
  expect(hostImpact({ kind: "destroy-host", host: database })).toMatchObject({
    unavailable: null,
    reversible: false,
  })
})
