import { type Component, contribution, type ServiceEntry } from "../core/component.ts"
import { internalCertificate } from "../core/credentials.ts"
import type { Fleet, Host } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { hostsOf } from "../core/roles.ts"
import { waves } from "../core/waves.ts"

/** Port of the stand-in on its manager; the next one is its own, on loopback. */
export const standInPort = 9000

/** The manager that runs the stand-in: the first. Undefined outside the box. */
export function standInHost(fleet: Fleet): Host | undefined {
  return fleet.provider.name === "box" && fleet.objectStorage !== null
    ? hostsOf(fleet, "manager")[0]
    : undefined
}

/** S3 in the box, where no provider has one. It keeps nothing when it stops. */
export const objectStorageStandIn: Component = {
  name: "object-storage-stand-in",
  contribute: (fleet) => {
    const host = standInHost(fleet)
    if (host === undefined) {
      return contribution()
    }
    const asking = (["app", "database", "loadBalancer"] as const).flatMap((role) =>
      hostsOf(fleet, role),
    )
    return {
      services: [service(fleet, host)],
      flows: [...new Set(asking.map(({ role }) => role))].map((from) => ({
        from,
        to: host.role,
        protocol: "tcp",
        port: standInPort,
        service: "S3 stand-in",
      })),
      files: [],
      checks: [],
      credentials: [internalCertificate("s3_tls", [host])],
    }
  },
}

function service(fleet: Fleet, host: Host): ServiceEntry {
  const oneByOne = { parallelism: 1, order: "stop-first" as const, max_failure_ratio: 0 }
  return {
    tier: "storage",
    name: "object-storage-stand-in",
    rollout: { wave: waves.etcd, deadlineSeconds: 180, impact: "restart" },
    definition: {
      image: fleet.images.s3,
      entrypoint: ["/usr/local/bin/run-s3", host.privateAddress, String(standInPort)],
      secrets: [{ source: "s3_tls", target: "s3_tls", mode: 0o400 }],
      volumes: [{ type: "tmpfs", target: "/run/s3", tmpfs: { size: 1_000_000 } }],
      networks: { [hostNetwork]: null },
      stop_grace_period: "5s",
      deploy: {
        mode: "replicated",
        replicas: 1,
        endpoint_mode: "dnsrr",
        placement: { constraints: [`node.labels.host == ${host.name}`] },
        resources: { limits: { memory: "512000000" } },
        restart_policy: { condition: "any", delay: "1s" },
        update_config: { ...oneByOne, failure_action: "rollback" },
        rollback_config: { ...oneByOne, failure_action: "pause" },
      },
    },
    configs: [],
  }
}
