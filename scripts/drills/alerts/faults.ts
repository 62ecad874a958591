import { stackName } from "../../deploy/swarm-types.ts"
import { appExporterFrozen, appTaskMissing } from "./app-faults.ts"
import { scaleDown } from "./break.ts"
import {
  databaseGone,
  databaseHostLost,
  etcdMemberMissing,
  etcdQuorumLost,
  patroniPaused,
  redisMemberMissing,
  redisShardLost,
  replicaLags,
} from "./data-faults.ts"
import {
  balancerHostLost,
  balancersGone,
  certificateExpires,
  serverErrors,
  shopGone,
  vipOwnedTwice,
} from "./edge-faults.ts"
import type { Fault } from "./fault.ts"

/** Fires always: the drill `watchdog-only` holds it to that. */
export const watchdog = "Watchdog"

const alertmanagerGone: Fault = {
  name: "alertmanager-gone",
  summary: "Alertmanager does not run",
  touches: ["alertmanager"],
  must: [{ alert: "AlertmanagerDown" }],
  break: async (on) => {
    await scaleDown(on, { [`${stackName}_alertmanager`]: 0 })
    return undefined
  },
}

/**
 * Every fault, in the order in which those that interfere are taken: what an alert remembers (a
 * failover, server errors) comes after what must not cause it.
 */
export const faults: readonly Fault[] = [
  replicaLags,
  balancerHostLost,
  appTaskMissing,
  appExporterFrozen,
  etcdMemberMissing,
  redisMemberMissing,
  etcdQuorumLost,
  redisShardLost,
  vipOwnedTwice,
  patroniPaused,
  balancersGone,
  certificateExpires,
  serverErrors,
  shopGone,
  databaseHostLost,
  databaseGone,
  alertmanagerGone,
]

const sharedMachine = "the hosts of a box share the machine's processors, memory and disk"

/** Alerts that only promtool has seen fire, and why no fault provokes them. */
export const promtoolOnly: Readonly<Record<string, string>> = {
  AppCpuHigh: sharedMachine,
  AppMemoryHigh: sharedMachine,
  DatabaseCpuHigh: sharedMachine,
  DatabaseDiskHigh: sharedMachine,
  DatabaseWithTwoPrimaries:
    "it cannot be provoked: the drills primary-cut-off and members-frozen show why",
  DiskFilling: sharedMachine,
  EtcdAlmostFull: "it would take gigabytes of keys",
  LatencyBurnsFast: "the box has no objectives.latency",
  LatencyBurnsSlowly: "the box has no objectives.latency",
  LatencyUnknown: "the box has no objectives.latency",
  LoadBalancerBandwidthHigh: "the box has no scaling.loadBalancerBandwidth",
  LoadBalancerConnectionsHigh: "1,600 connections for five minutes take memory that the box lacks",
  LoadBalancerCpuHigh: sharedMachine,
  NotificationsFail: "the box notifies nobody",
  PostgresPendingRestart: "it takes an hour",
  RedisMemoryHigh: "it takes a quarter of an hour to fire and another one to end",
  RulesFail: "promtool refuses the rules that would fail before they are delivered",
}
