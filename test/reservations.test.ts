import { join } from "node:path"
import { expect, test } from "vitest"
import type { Fleet, Host } from "../generators/core/fleet.ts"
import { contributionsOf } from "../generators/core/render.ts"
import { hostReserveBytes } from "../generators/core/resolve-database.ts"
import { onHost, onRole } from "../generators/core/roles.ts"
import type { SwarmService } from "../generators/core/swarm-service.ts"
import { validateEnvironment } from "../schema/validate.ts"
import { list, readText } from "../scripts/io/files.ts"

const repository = join(import.meta.dirname, "..")

function fleetOf(environment: string): Fleet {
  const source = `environments/${environment}.yaml`
  const lock = JSON.parse(readText(join(repository, "images/lock.json")) ?? "{}")
  const { fleet } = validateEnvironment(readText(join(repository, source)) ?? "", source, lock)
  if (fleet === undefined) throw new Error(`${source} has errors`)
  return fleet
}

/** Whether Swarm may put a task of the service on the host. */
function mayRunOn(host: Host, { deploy }: SwarmService): boolean {
  const met = [onRole(host.role), onHost(host)]
  return (deploy.placement?.constraints ?? []).every((constraint) => met.includes(constraint))
}

/** Most of its tasks on one of so many hosts, spread evenly. */
function tasksOn(hosts: number, { deploy }: SwarmService): number {
  return deploy.mode === "global" ? 1 : Math.ceil((deploy.replicas ?? 1) / hosts)
}

// The rule hosts/reservations adds up what its author knew of; this, what is rendered.
test.each(list(join(repository, "stacks")))(
  "everything that %s reserves fits its hosts",
  (name) => {
    const fleet = fleetOf(name)
    const services = contributionsOf(fleet).services.map(({ definition }) => definition)
    for (const host of fleet.hosts) {
      const reserved = services
        .filter((service) => mayRunOn(host, service))
        .map((service) => {
          const places = fleet.hosts.filter((other) => mayRunOn(other, service)).length
          const memory = Number(service.deploy.resources?.reservations?.memory ?? 0)
          return tasksOn(places, service) * memory
        })
      const total = reserved.reduce((sum, bytes) => sum + bytes, hostReserveBytes)
      expect(total, `${host.name} of ${name}`).toBeLessThanOrEqual(host.memoryBytes)
    }
  },
)
