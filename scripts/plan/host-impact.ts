import type { HostChange } from "./hosts.ts"
import type { Impact } from "./model.ts"

const none = { expectedSeconds: 0, atMostSeconds: 0 }

/** Roles whose hosts keep data that exists nowhere else in the same form. */
const keepsData: Record<string, string> = {
  manager: "its share of the Swarm's state",
  database: "its copy of the database; a new host copies it from the primary again",
  redis: "its Redis data; a new host fills again from its primary",
}

/** What people notice of a host that comes, changes or goes. `up` does it, not apply. */
export function hostImpact({ kind, host }: HostChange): Impact {
  if (kind === "create-host") {
    return {
      kind: "create",
      unavailable: none,
      reason: "it serves once its tasks are healthy",
      reversible: true,
      lost: "",
    }
  }
  const lost = keepsData[host.role]
  return {
    kind: kind === "destroy-host" ? "remove" : "restart",
    unavailable: host.role === "app" ? none : null,
    reason:
      host.role === "app"
        ? "the other app hosts take its tasks"
        : `drain it first: what runs on a ${host.role} host does not move by itself`,
    reversible: lost === undefined,
    lost: lost ?? "",
  }
}
