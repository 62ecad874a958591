import { certificateIntervalSeconds } from "../../../generators/blackbox-exporter/certificates.ts"
import { dockerMetricsPort } from "../../../generators/host/monitoring.ts"
import { hostsOf } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { asked, cut } from "../database/network.ts"
import { freeze, scaleDown } from "./break.ts"
import type { Fault } from "./fault.ts"

export const alertmanagerGone: Fault = {
  name: "alertmanager-gone",
  summary: "Alertmanager does not run",
  touches: ["alertmanager"],
  must: [{ alert: "AlertmanagerDown" }],
  break: async (on) => {
    await scaleDown(on, { [`${stackName}_alertmanager`]: 0 })
    return undefined
  },
}

/** The database is as well as ever, and nobody knows. */
export const postgresExporterGone: Fault = {
  name: "postgres-exporter-gone",
  summary: "the exporter that asks PostgreSQL does not run",
  touches: ["postgres-exporter"],
  must: [{ alert: "PostgresUnobserved" }],
  break: async (on) => {
    await scaleDown(on, { [`${stackName}_postgres-exporter`]: 0 })
    return undefined
  },
}

/** Redis is as well as ever, and nobody knows. */
export const redisExporterGone: Fault = {
  name: "redis-exporter-gone",
  summary: "the exporter that asks Redis does not run",
  // Blind to what another fault does to Redis.
  touches: ["redis-exporter", "redis"],
  must: [{ alert: "RedisUnobserved" }],
  break: async (on) => {
    await scaleDown(on, { [`${stackName}_redis-exporter`]: 0 })
    return undefined
  },
}

/** It asks so seldom that both its end and its return are seen late. */
export const certificateProberGone: Fault = {
  name: "certificate-prober-gone",
  summary: "the prober of the certificates inside the fleet does not run",
  touches: ["certificate-prober"],
  must: [{ alert: "ProberDown", holdsAfterSeconds: certificateIntervalSeconds, lingers: true }],
  break: async (on) => {
    await scaleDown(on, { [`${stackName}_certificate-prober`]: 0 })
    return undefined
  },
}

/** What a Docker that hangs looks like, though this one goes on: the other faults ask it. */
export const dockerUnseen: Fault = {
  name: "docker-unseen",
  summary: "Docker of a database host does not answer Prometheus",
  touches: ["docker"],
  must: [{ alert: "DockerDown" }],
  break: async (on) => {
    // The runbook looks at the first one, on the port that is cut.
    const host = hostsOf(on.fleet, "database").at(-1)?.name ?? ""
    on.undo(await cut(on, host, asked(dockerMetricsPort)))
    return undefined
  },
}

/** The host does all that it did, and nobody sees its disk fill up. */
export const nodeExporterFrozen: Fault = {
  name: "node-exporter-frozen",
  summary: "the node exporter of a manager hangs",
  // Its runbook reads the logs of every host, so none may be lost beside it.
  touches: ["node-exporter", "edge", "database"],
  must: [{ alert: "NodeUnobserved" }],
  break: async (on) => {
    await freeze(on, hostsOf(on.fleet, "manager")[0]?.name ?? "", `${stackName}_node-exporter`)
    return undefined
  },
}
