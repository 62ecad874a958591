import {
  appExporterFrozen,
  appTaskMissing,
  patroniUnseen,
  pgbouncerFrozen,
  requestsWait,
  routeFrozen,
} from "./app-faults.ts"
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
  shopGone,
  standbyFrozen,
  vipOwnedTwice,
} from "./edge-faults.ts"
import type { Fault } from "./fault.ts"
import {
  alertmanagerGone,
  certificateProberGone,
  dockerUnseen,
  nodeExporterFrozen,
  postgresExporterGone,
  redisExporterGone,
} from "./monitoring-faults.ts"
import { serverErrors, slowAnswers } from "./promise-faults.ts"
import { objectStorageFrozen } from "./storage-faults.ts"

/** Fires always: the drill `watchdog-only` holds it to that. */
export const watchdog = "Watchdog"

/**
 * Every fault, in the order in which those that interfere are taken: what an alert remembers (a
 * failover, server errors) comes after what must not cause it.
 */
export const faults: readonly Fault[] = [
  replicaLags,
  balancerHostLost,
  appTaskMissing,
  appExporterFrozen,
  pgbouncerFrozen,
  routeFrozen,
  patroniUnseen,
  dockerUnseen,
  nodeExporterFrozen,
  postgresExporterGone,
  redisExporterGone,
  certificateProberGone,
  etcdMemberMissing,
  redisMemberMissing,
  etcdQuorumLost,
  redisShardLost,
  vipOwnedTwice,
  standbyFrozen,
  patroniPaused,
  balancersGone,
  certificateExpires,
  slowAnswers,
  serverErrors,
  requestsWait,
  shopGone,
  objectStorageFrozen,
  databaseHostLost,
  databaseGone,
  alertmanagerGone,
]

const sharedMachine = "the hosts of a box share the machine's processors, memory and disk"

const anHour = "it looks back an hour, and would fire on for as long after its fault"
const slowTrigger = "it takes a quarter of an hour to fire and another one to end"
const noLogStore = "the box has no log store; test/tools/logs.test.ts stops a real one"

/** Alerts that only promtool has seen fire, and why no fault provokes them. */
export const promtoolOnly: Readonly<Record<string, string>> = {
  AppCpuHigh: sharedMachine,
  AppMemoryHigh: sharedMachine,
  DatabaseCpuHigh: sharedMachine,
  DatabaseDiskHigh: sharedMachine,
  DatabaseSizeHigh: "it would take gigabytes of data",
  DatabaseWithTwoPrimaries:
    "it cannot be provoked: the drills primary-cut-off and members-frozen show why",
  DiskAlmostFull: sharedMachine,
  DiskFilling: sharedMachine,
  EtcdAlmostFull: "it would take gigabytes of keys",
  HealthChecksFail: "a host without memory or processes would take those of the whole box",
  LatencyUnknown: "the sample shop would have to be built without its histogram",
  LoadBalancerBandwidthHigh: "the box has no scaling.loadBalancerBandwidth",
  LoadBalancerConnectionsHigh: "1,600 connections for five minutes take memory that the box lacks",
  LoadBalancerCpuHigh: sharedMachine,
  LogStoreDown: "the box has no log store; the drill log-store-away turns one on and freezes it",
  LogsKeptTooShort: noLogStore,
  LogsMissing: noLogStore,
  NotificationsFail: "the box notifies nobody",
  PoolFull: "five minutes of a full pool; the drill pool-full shows a shorter one",
  PoolWaits: "a pool that is full for minutes; the drill pool-full shows a shorter one",
  PostgresCheckpointsForced: anHour,
  PostgresConnectionsHigh: "a hundred connections for five minutes take memory that the box lacks",
  PostgresDeadlocks: anHour,
  PostgresLongTransaction: "it takes half an hour",
  PostgresPendingRestart: "it takes an hour",
  PostgresWraparoundNear: "it would take 500 million transactions",
  RedisMemoryHigh: slowTrigger,
  ReplicaReadsSlow: slowTrigger,
  ReplicationSlotFull: "it would take gigabytes of WAL",
  RulesFail: "promtool refuses the rules that would fail before they are delivered",
  SwarmWithoutLeader: "all other faults are broken and repaired through the Swarm's managers",
}
