import { canonicalJson } from "./canonical.ts"
import type { Contributions, RenderedFile } from "./component.ts"
import { credentialsOf, secretsOf } from "./credentials.ts"
import type { Fleet } from "./fleet.ts"
import { kebabRole } from "./roles.ts"

/**
 * `fleet.json`: what apply and up have to know besides the stack files, so
 * that they never need the generators. Read by `scripts/deploy/fleet-file.ts`.
 */
export function fleetFile(fleet: Fleet, all: Contributions): RenderedFile {
  const { environment, source, tier, timezone, provider, network, objectives } = fleet
  return {
    path: "fleet.json",
    text: canonicalJson({
      comment: `generated from ${source} by npx quickcart render, do not edit`,
      environment,
      source,
      tier,
      timezone,
      provider,
      network,
      objectives,
      hostname: fleet.edge.hostname,
      aliases: fleet.edge.aliases,
      healthPath: fleet.app.healthPath,
      app: { port: fleet.app.port, replicas: fleet.app.replicas, image: fleet.app.image },
      registry: fleet.registry,
      images: imagesInUse(fleet, all),
      hosts: fleet.hosts.map((host) => ({ ...host, role: kebabRole(host.role) })),
      flashSales: fleet.flashSales,
      secrets: secretsOf(fleet, all),
      credentials: credentialsOf(all),
    }),
  }
}

/** Those that a service runs, by name: the box's registry has to hold no others. */
function imagesInUse({ images }: Fleet, { services }: Contributions): Record<string, string> {
  const used = new Set(services.map(({ definition }) => definition.image))
  return Object.fromEntries(Object.entries(images).filter(([, reference]) => used.has(reference)))
}
