import { canonicalJson } from "../core/canonical.ts"
import type { Fleet, Role } from "../core/fleet.ts"
import { bridgePool } from "./address-pool.ts"
import { dockerHosts, dockerMetricsPort } from "./monitoring.ts"

/** /etc/docker/daemon.json of every Swarm node of a role. */
export function daemonJson(fleet: Fleet, role: Role): string {
  const [registryHost = ""] = fleet.registry.address.split("/")
  const isWatched = dockerHosts(fleet).some((host) => host.role === role)
  return canonicalJson({
    "default-address-pools": [{ base: bridgePool(fleet), size: 24 }],
    // Swarm refuses to run with it.
    "live-restore": false,
    "log-driver": "json-file",
    // The labels say in each line whose it is: the log shipper knows nothing else.
    "log-opts": {
      labels: "com.docker.swarm.service.name,com.docker.swarm.task.name",
      "max-file": "3",
      "max-size": "10m",
    },
    ...(isWatched ? { "metrics-addr": `0.0.0.0:${dockerMetricsPort}` } : {}),
    ...(fleet.registry.insecure ? { "insecure-registries": [registryHost] } : {}),
  })
}
