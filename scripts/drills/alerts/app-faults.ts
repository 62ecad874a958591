import { hostsOf } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { cut, towards } from "../database/network.ts"
import type { DrillContext } from "../drill.ts"
import { freeze, scaleDown, visitUntilRepaired } from "./break.ts"
import type { Fault } from "./fault.ts"

/** Fewer tasks than the spec has, and enough for the visitors. */
export const appTaskMissing: Fault = {
  name: "app-task-missing",
  summary: "one task of the shop does not run",
  touches: ["app"],
  fast: true,
  must: [{ alert: "AppTaskDown" }],
  break: async (on) => {
    const app = hostsOf(on.fleet, "app")
    // One for each host is at least one fewer than the spec's.
    await scaleDown(on, { [`${stackName}_app`]: app.length })
    return undefined
  },
}

/** Swarm sees the exporter run, and only Prometheus knows that it does not answer. */
export const appExporterFrozen: Fault = {
  name: "app-exporter-frozen",
  summary: "the node exporter of an app host hangs",
  touches: ["app-node"],
  must: [{ alert: "AppNodeDown" }],
  break: async (on) => {
    await freeze(on, lastAppHost(on), `${stackName}_node-exporter-app`)
    return undefined
  },
}

/** The shop's tasks on that host lose the database, and visitors are sent to the others. */
export const pgbouncerFrozen: Fault = {
  name: "pgbouncer-frozen",
  summary: "PgBouncer of an app host hangs",
  // The alert counts app hosts by their node exporters.
  touches: ["app", "app-node"],
  must: [{ alert: "PgbouncerDown" }],
  break: async (on) => {
    await freeze(on, lastAppHost(on), `${stackName}_pgbouncer`)
    return undefined
  },
}

/** The same for the shop's tasks there: PgBouncer holds what they ask, and gives up. */
export const routeFrozen: Fault = {
  name: "database-route-frozen",
  summary: "HAProxy between PgBouncer and the database hangs on an app host",
  touches: ["app", "app-node"],
  must: [{ alert: "DatabaseRouteDown" }],
  may: { PoolWaits: "the queries of that host wait" },
  break: async (on) => {
    await freeze(on, lastAppHost(on), `${stackName}_database-route`)
    return undefined
  },
}

/** The database is well, and one app host cannot know it. */
export const patroniUnseen: Fault = {
  name: "patroni-unseen",
  summary: "an app host does not reach Patroni any more",
  touches: ["app", "app-node"],
  must: [{ alert: "DatabaseRouteWithoutPrimary" }],
  may: { PoolWaits: "the queries of that host wait" },
  break: async (on) => {
    on.undo(await cut(on, lastAppHost(on), towards(8008)))
    return undefined
  },
}

/** Little's law: so many are under way at once, of which four tasks take 200 each. */
const manySlow = { ratePerSecond: 85, slowMs: 10_000 }

/** The queue grows by five a second until its timeout. */
export const requestsWait: Fault = {
  name: "requests-wait",
  summary: "more slow requests than all tasks may have: the others wait in HAProxy",
  touches: ["app", "edge"],
  must: [{ alert: "RequestsWait", holdsAfterSeconds: manySlow.slowMs / 1000 }],
  may: {
    LatencyBurnsFast: "all answers are slow",
    LatencyBurnsSlowly: "all answers are slow",
    AvailabilityBurnsFast: "who waits too long gets 503",
    AvailabilityBurnsSlowly: "who waits too long gets 503",
  },
  break: async (on) => {
    const { ratePerSecond, slowMs } = manySlow
    const path = `/slow?ms=${slowMs}`
    await visitUntilRepaired(on, { path, ratePerSecond, timeoutMs: 2 * slowMs })
    return undefined
  },
}

function lastAppHost({ fleet }: DrillContext): string {
  return hostsOf(fleet, "app").at(-1)?.name ?? ""
}
