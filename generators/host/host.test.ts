import { expect, test } from "vitest"
import { parse } from "yaml"
import type { Role } from "../core/fleet.ts"
import { fleetFixture, watchedFixture } from "../core/fleet-fixture.ts"
import { bridgePool } from "./address-pool.ts"
import { cloudInit } from "./cloud-init.ts"
import { daemonJson } from "./daemon-json.ts"
import { hostFlows } from "./flows.ts"

function writtenBy(role: Role, path: string): string | undefined {
  const { write_files } = parse(cloudInit(fleetFixture(), role), { version: "1.1" })
  return write_files.find((file: { path: string }) => file.path === path)?.content
}

const sshd = (role: Role) => writtenBy(role, "/etc/ssh/sshd_config.d/10-quickcart.conf")

test("cloud-init knows its own files by the first line", () => {
  expect(cloudInit(fleetFixture(), "app")).toMatch(/^#cloud-config\n/)
})

test("only the bastion's address may open SSH on the other hosts", () => {
  expect(sshd("app")).toContain("AllowUsers deploy@10.10.4.1\n")
  expect(sshd("app")).toContain("AllowStreamLocalForwarding local\n")
})

test("the bastion is a jump to port 22 and no Docker host", () => {
  expect(sshd("bastion")).toContain("PermitOpen *:22\n")
  expect(writtenBy("bastion", "/etc/docker/daemon.json")).toBeUndefined()
  const { users, groups } = parse(cloudInit(fleetFixture(), "bastion"))
  expect([users[0].sudo, users[0].groups, groups]).toEqual([undefined, undefined, undefined])
})

test.each(["manager", "loadBalancer", "app", "database", "bastion"] as const)(
  "%s takes no passwords and no root",
  (role) => {
    expect(sshd(role)).toContain("PasswordAuthentication no\n")
    expect(sshd(role)).toContain("KbdInteractiveAuthentication no\n")
    expect(sshd(role)).toContain("PermitRootLogin no\n")
  },
)

test("only load balancers announce addresses that arrive", () => {
  const settings = "/etc/sysctl.d/60-quickcart.conf"
  expect(writtenBy("loadBalancer", settings)).toContain("net.ipv4.conf.all.arp_notify = 1\n")
  expect(writtenBy("app", settings)).not.toContain("arp_notify")
})

test("load balancers know the module of their settings before Docker loads it", () => {
  expect(writtenBy("loadBalancer", "/etc/sysctl.d/60-quickcart.conf")).toContain("nf_conntrack_max")
  expect(writtenBy("loadBalancer", "/etc/modules-load.d/quickcart.conf")).toMatch(/^nf_conntrack$/m)
  expect(writtenBy("app", "/etc/modules-load.d/quickcart.conf")).toBeUndefined()
})

test("plain HTTP goes to the registry's host and only where the spec says so", () => {
  const fleet = fleetFixture()
  fleet.registry = { address: "10.10.0.2:5000/shop", insecure: true }
  expect(JSON.parse(daemonJson(fleet, "app"))["insecure-registries"]).toEqual(["10.10.0.2:5000"])
  fleet.registry.insecure = false
  expect(JSON.parse(daemonJson(fleet, "app"))).not.toHaveProperty("insecure-registries")
})

test("Docker shows its metrics where no host has a public address, and only where somebody asks", () => {
  const fleet = watchedFixture()
  const shown = (role: Role) => JSON.parse(daemonJson(fleet, role))["metrics-addr"]
  expect(shown("manager")).toBe("0.0.0.0:9323")
  expect([shown("loadBalancer"), shown("app")]).toEqual([undefined, undefined])
  fleet.monitoring = null
  expect(shown("manager")).toBeUndefined()
})

test("Docker's bridges stay out of the fleet's networks", () => {
  const fleet = fleetFixture()
  expect(bridgePool(fleet)).toBe("172.30.0.0/16")
  fleet.network.vpc = "172.16.0.0/12"
  expect(bridgePool(fleet)).toBe("192.168.128.0/17")
  fleet.network.publicSubnet = "192.168.0.0/16"
  fleet.network.overlayPool = "10.0.0.0/8"
  expect(() => bridgePool(fleet)).toThrow(/environments\/fixture\.yaml/)
})

test("Swarm's ports are for Swarm's nodes", () => {
  const fleet = fleetFixture()
  const swarm = hostFlows(fleet).filter((flow) => flow.port !== 22)
  expect(swarm.some((flow) => flow.from === "bastion" || flow.to === "bastion")).toBe(false)
  expect(swarm.filter((flow) => flow.port === 2377).every((flow) => flow.to === "manager")).toBe(
    true,
  )
  expect(hostFlows(fleet).filter((flow) => flow.from === "internet")).toEqual([
    { from: "internet", to: "bastion", protocol: "tcp", port: 22, service: "SSH" },
  ])
})

test("an encrypted overlay needs ESP between the nodes", () => {
  const fleet = fleetFixture()
  const esp = () => hostFlows(fleet).filter((flow) => flow.protocol === "esp").length
  expect(esp()).toBe(0)
  fleet.network.encryptedOverlay = true
  expect(esp()).toBe(16)
})
