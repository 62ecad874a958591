import { expect, test } from "vitest"
import { parse } from "yaml"
import type { ServiceEntry } from "./component.ts"
import { fleetFixture } from "./fleet-fixture.ts"
import { stackFiles } from "./stack.ts"

function service(name: string, definition: Partial<ServiceEntry["definition"]> = {}): ServiceEntry {
  return {
    tier: "edge",
    name,
    rollout: { wave: 1, deadlineSeconds: 60, impact: "restart" },
    definition: {
      image: "i",
      stop_grace_period: "1s",
      deploy: {
        mode: "global",
        endpoint_mode: "dnsrr",
        restart_policy: { condition: "any", delay: "1s" },
      },
      ...definition,
    },
    configs: [],
  }
}

function stackOf(...services: ServiceEntry[]) {
  const [file] = stackFiles(fleetFixture(), {
    services,
    flows: [],
    files: [],
    checks: [],
    credentials: [],
    monitored: [],
  })
  return parse(file?.text ?? "", { version: "1.1" })
}

test("makes a file for each tier", () => {
  const services = [service("a"), { ...service("b"), tier: "app" }]
  const files = stackFiles(fleetFixture(), {
    services,
    flows: [],
    files: [],
    checks: [],
    credentials: [],
    monitored: [],
  })
  expect(files.map((file) => file.path)).toEqual(["app.stack.yaml", "edge.stack.yaml"])
})

test("declares exactly what its services refer to", () => {
  const stack = stackOf(
    service("a", { networks: { edge: null, hostnet: null } }),
    service("b", {
      networks: { edge: null },
      volumes: [
        { type: "volume", source: "b-run", target: "/run/b" },
        { type: "volume", source: "b-data", target: "/data" },
        { type: "tmpfs", target: "/tmp" },
      ],
    }),
  )
  expect(stack.networks).toEqual({
    edge: { driver: "overlay" },
    hostnet: { external: true, name: "host" },
  })
  expect(stack.volumes["b-run"].driver_opts.type).toBe("tmpfs")
  expect(stack.volumes["b-data"]).toEqual({ name: "quickcart_b_data", driver: "local" })
  expect(stack).not.toHaveProperty("secrets")
})

test("takes a secret's current name from apply, and nothing else from the environment", () => {
  const stack = stackOf(
    service("a", {
      environment: { PRICE: "$5" },
      secrets: [{ source: "edge_tls", target: "edge_tls" }],
    }),
  )
  expect(stack.secrets.edge_tls.name).toMatch(/^\$\{QUICKCART_SECRET_EDGE_TLS:\?/)
  expect(stack.services.a.environment.PRICE).toBe("$$5")
})

test("names a config by its content", () => {
  const configs = [{ key: "cfg", path: "configs/a/cfg", text: "a" }]
  const stack = stackOf({ ...service("a"), configs })
  expect(stack.configs.cfg).toEqual({ name: "quickcart_cfg_ca978112ca1b", file: "./configs/a/cfg" })
})

test("refuses a network nobody defined", () => {
  expect(() => stackOf(service("a", { networks: { lan: null } }))).toThrow(/"lan"/)
})

test("tells the overlay of encryption and of an MTU that is not Ethernet's", () => {
  const fleet = fleetFixture()
  fleet.network.encryptedOverlay = true
  fleet.network.mtuBytes = 1450
  const services = [service("a", { networks: { edge: null } })]
  const [file] = stackFiles(fleet, {
    services,
    flows: [],
    files: [],
    checks: [],
    credentials: [],
    monitored: [],
  })
  expect(parse(file?.text ?? "").networks.edge.driver_opts).toEqual({
    encrypted: "true",
    "com.docker.network.driver.mtu": "1450",
  })
})
