import { logStoreHost } from "../../generators/logs/placement.ts"
import { gigabytes, number, type Rule } from "./rule.ts"

/** Metrics and logs together; the rest is the system's, images', Swarm's and etcd's. */
const mostOfDisk = 0.6

/** HAProxy's line about a request, with its task and time. */
const requestLineBytes = 550

/** Below this a problem of the night is gone when it is looked for in the morning. */
const leastHours = 24

export const disk: Rule = {
  id: "logs/disk",
  reason: "A manager whose disk is full loses etcd and Swarm, not only logs.",
  severity: "error",
  check(fleet) {
    const host = logStoreHost(fleet)
    if (fleet.logs === null || host === undefined) return []
    const metrics = fleet.monitoring?.storageBytes ?? 0
    const most = mostOfDisk * host.diskBytes
    if (fleet.logs.storageBytes + metrics <= most) return []
    const message =
      `${gigabytes(fleet.logs.storageBytes)} for logs + ${gigabytes(metrics)} for metrics are more than ` +
      `${gigabytes(most)}, 60% of a manager's disk; write ${gigabytes(Math.max(0, most - metrics)).replace(" ", "")} or less, or larger disks`
    return [{ path: ["logs", "storage"], message }]
  },
}

export const requests: Rule = {
  id: "logs/requests",
  reason: "What is overwritten within hours is no record of what happened.",
  severity: "warning",
  check({ logs, workload, tier }) {
    if (logs === null || logs.requests === "failed" || tier !== "production") return []
    const perSecond = workload.baselineRequestsPerSecond
    const hours = logs.storageBytes / (perSecond * requestLineBytes) / 3600
    if (hours >= leastHours) return []
    const message =
      `is all: ${number(perSecond)} requests a second at ${requestLineBytes} bytes fill ` +
      `${gigabytes(logs.storageBytes)} in ${number(hours)} hours; write failed, or more storage`
    return [{ path: ["logs", "requests"], message }]
  },
}
