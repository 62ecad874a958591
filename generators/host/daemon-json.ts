import { canonicalJson } from "../core/canonical.ts"
import type { Fleet } from "../core/fleet.ts"
import { bridgePool } from "./address-pool.ts"

/** /etc/docker/daemon.json of every Swarm node. */
export function daemonJson(fleet: Fleet): string {
  const [registryHost = ""] = fleet.registry.address.split("/")
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
    ...(fleet.registry.insecure ? { "insecure-registries": [registryHost] } : {}),
  })
}
