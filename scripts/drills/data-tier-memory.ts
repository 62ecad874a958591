import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"
import { stackName } from "../deploy/swarm-types.ts"
import { boxMemoryGibibytes, servicesMemory } from "./box-memory.ts"
import { sum } from "./database/under-probe.ts"
import type { Drill, DrillContext } from "./drill.ts"
import { awaitHealthy } from "./fleet-access.ts"
import { atMost } from "./report.ts"

/** What the tier may take of one machine, as its issue has it. */
const mostGibibytes = 3

/** The stacks of the tier: PostgreSQL with etcd and its poolers, Redis, object storage. */
const stacks = ["database", "redis", "storage"]

/** Says at any time, best after everything else, what the data tier takes. */
export const dataTierMemory: Drill = {
  name: "data-tier-memory",
  environment: "local-data",
  summary:
    "memory of the data tier's services: below 3 GiB; and of the whole box, with monitoring and eleven Docker engines",
  run: async (context) => {
    await awaitHealthy(context)
    const services = await servicesMemory(context)
    const box = await boxMemoryGibibytes(context.fleet.environment)
    const names = servicesOfTier(context)
    const ofTier = Object.entries(services).filter(([name]) => names.includes(name))
    const tier = Number(sum(ofTier.map(([, gibibytes]) => gibibytes)).toFixed(2))
    return {
      parameters: { hosts: context.fleet.hosts.length, stacks },
      samples: [tier, Number(box.toFixed(2))],
      unit: "GiB (the tier's services, the whole box)",
      bounds: [
        // Those that deliver something and end have no container.
        atMost("stacks of the tier of which nothing runs", missing(context, services), 0),
        atMost("memory of the tier's services (GiB)", tier, mostGibibytes),
      ],
      details: services,
    }
  },
}

function missing(context: DrillContext, services: Record<string, number>): number {
  const isEmpty = (stack: string) => !servicesOf(context, stack).some((name) => name in services)
  return stacks.filter(isEmpty).length
}

const servicesOfTier = (context: DrillContext) =>
  stacks.flatMap((stack) => servicesOf(context, stack))

/** Swarm names of a rendered stack's services. */
function servicesOf({ repository, fleet }: DrillContext, stack: string): string[] {
  const file = join(repository, "stacks", fleet.environment, `${stack}.stack.yaml`)
  const { services } = parse(readFileSync(file, "utf8")) as { services: Record<string, unknown> }
  return Object.keys(services).map((name) => `${stackName}_${name}`)
}
