import { hostsOf } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { Failure } from "../../io/failure.ts"
import { inHost, taskContainer } from "../fleet-access.ts"
import { scaleDown } from "./break.ts"
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
  summary: "the node exporter of an app host hangs (SIGSTOP)",
  touches: ["app-node"],
  must: [{ alert: "AppNodeDown" }],
  break: async (on) => {
    const host = hostsOf(on.fleet, "app").at(-1)?.name ?? ""
    const id = await taskContainer(on, host, `${stackName}_node-exporter-app`)
    const signal = async (name: string) => {
      const result = await inHost(on, host, ["docker", "kill", "--signal", name, id])
      if (result.exitCode !== 0) throw new Failure(`${host}: ${result.stderr.trim()}`)
    }
    on.undo(() => signal("CONT"))
    await signal("STOP")
    return undefined
  },
}
