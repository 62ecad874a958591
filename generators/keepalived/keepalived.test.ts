import { expect, test } from "vitest"
import { fleetFixture, watchedFixture } from "../core/fleet-fixture.ts"
import { hostsOf } from "../core/roles.ts"
import { pinnedService } from "../node-exporter/service.ts"
import { keepalivedConfig } from "./config.ts"
import { keepalivedConfigService, keepalivedService } from "./service.ts"

const fleet = fleetFixture({ loadBalancer: 3 })
const hosts = hostsOf(fleet, "loadBalancer")
const configs = hosts.map((host) => keepalivedConfig(fleet, host))

function peersOf(config: string): string[] {
  return /unicast_peer \{([^}]*)\}/.exec(config)?.[1]?.trim().split(/\s+/) ?? []
}

test("everybody hears all others and nobody itself", () => {
  for (const [index, host] of hosts.entries()) {
    const others = hosts.filter((other) => other !== host).map((other) => other.privateAddress)
    expect(peersOf(configs[index] ?? "")).toEqual(others)
    expect(configs[index]).toContain(`unicast_src_ip ${host.privateAddress}\n`)
  }
})

test("all priorities differ", () => {
  const priorities = configs.map((config) => /priority (\d+)/.exec(config)?.[1])
  expect(priorities).toEqual(["200", "199", "198"])
})

test("the address moves alone, on the public interface", () => {
  expect(configs[0]).toContain("203.0.113.100/32 dev eth0")
  expect(configs[0]).toContain("interface eth1")
})

test("a single load balancer has no peers to hear", () => {
  const alone = fleetFixture({ loadBalancer: 1 })
  const [host] = hostsOf(alone, "loadBalancer")
  expect(host && keepalivedConfig(alone, host)).not.toContain("unicast_peer")
})

test("a host without priority is an error, not a default", () => {
  const broken = fleetFixture()
  broken.edge.vrrp.priorities = { "load-balancer-1": 200 }
  const [, second] = hostsOf(broken, "loadBalancer")
  expect(() => second && keepalivedConfig(broken, second)).toThrow(/load-balancer-2/)
})

test("each host finds its file by its own name", () => {
  const service = keepalivedConfigService(fleet)
  expect(service.hostname).toBe("{{.Node.Hostname}}")
  expect(service.configs?.map((config) => config.target)).toEqual(
    hosts.map((host) => `/config/keepalived/${host.name}.conf`),
  )
})

test("Keepalived runs where the addresses are", () => {
  const [host] = hosts
  if (host === undefined) throw new Error("no load balancer")
  const service = keepalivedService(fleet, host)
  expect(Object.keys(service.networks ?? {})).toEqual(["hostnet"])
  expect(service.cap_add).toContain("NET_ADMIN")
})

test("it gives signs of life where the node exporter reads them, and nowhere without monitoring", () => {
  const mountsOf = (of: typeof fleet) => {
    const [host] = hostsOf(of, "loadBalancer")
    return host && keepalivedService(of, host).volumes?.map(({ target }) => target)
  }
  const watched = watchedFixture()
  const read = pinnedService(watched).entrypoint?.find((option) => option.includes("textfile.dir"))
  expect(mountsOf(watched)).toContain(read?.split("=")[1])
  expect(mountsOf(fleet)).toEqual(["/run/keepalived", "/run/haproxy"])
})
