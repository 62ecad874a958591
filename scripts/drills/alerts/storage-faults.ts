import { hostsOf } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { freeze } from "./break.ts"
import type { Fault } from "./fault.ts"

const probesErrors = "the errors that the probes of an image get are many of a quiet box's answers"

/** Frozen and not stopped: the box's stand-in keeps nothing when it stops. */
export const objectStorageFrozen: Fault = {
  name: "object-storage-frozen",
  summary: "object storage takes connections and does not answer",
  // Visitors get images through the load balancers.
  touches: ["object-storage", "edge"],
  must: [
    { alert: "ObjectStorageUnreachable" },
    { alert: "ImagesUnreachable", heldBackBy: "ObjectStorageUnreachable" },
  ],
  may: { AvailabilityBurnsFast: probesErrors, AvailabilityBurnsSlowly: probesErrors },
  break: async (on) => {
    const host = hostsOf(on.fleet, "manager")[0]?.name ?? ""
    await freeze(on, host, `${stackName}_object-storage-stand-in`)
    return undefined
  },
}
