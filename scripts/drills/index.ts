import { burnGate } from "./alerts/burn-gate.ts"
import { alertCoverage } from "./alerts/coverage.ts"
import { dashboards } from "./alerts/dashboards.ts"
import { logStoreAway } from "./alerts/log-store-away.ts"
import { watchdogOnly } from "./alerts/watchdog-only.ts"
import { brokenImage, configReload, noOpApply, rollingUpdate, taskLoss } from "./app-change.ts"
import { dataTierMemory } from "./data-tier-memory.ts"
import { authorityRotation, certificateRotation } from "./database/certificate-rotation.ts"
import { credentialRotation } from "./database/credential-rotation.ts"
import { certificateExpired, wrongPassword } from "./database/credentials.ts"
import { diskFull } from "./database/disk-full.ts"
import {
  patroniKilled,
  postmasterKilled,
  primaryHostLoss,
  quorumHostLoss,
} from "./database/failover.ts"
import {
  dockerRestarted,
  etcdCut,
  etcdQuorumLoss,
  managersUnseen,
  membersFrozen,
  poolerKilled,
  primaryCutOff,
  routeKilled,
} from "./database/isolation.ts"
import { ordersKept } from "./database/orders-kept.ts"
import { poolFull } from "./database/pool-full.ts"
import { manyClients, poolingOverhead } from "./database/pooling.ts"
import { redisHostLoss, redisMasterKilled } from "./database/redis.ts"
import { redisRotation } from "./database/redis-rotation.ts"
import { replicaBehind } from "./database/replica-behind.ts"
import { routeReloaded } from "./database/route-reload.ts"
import { plannedSwitchover } from "./database/switchover.ts"
import { switchoverKilled } from "./database/switchover-killed.ts"
import { applyKilled, applyOverhead, revertFive, waveFailure } from "./deploy-safety.ts"
import type { Drill } from "./drill.ts"
import { haproxyLoss, vipHandOver, vipHostLoss } from "./edge-failover.ts"
import { noOpLook } from "./no-op-look.ts"
import { renderWall } from "./render-wall.ts"

/** Every drill, in the order in which a full run takes them. */
export const drills: Drill[] = [
  renderWall,
  noOpApply,
  noOpLook,
  rollingUpdate,
  configReload,
  brokenImage,
  waveFailure,
  taskLoss,
  haproxyLoss,
  vipHostLoss,
  vipHandOver,
  applyOverhead,
  revertFive,
  applyKilled,
  // Before anything that alerts remember.
  watchdogOnly,
  alertCoverage,
  burnGate,
  logStoreAway,
  poolingOverhead,
  manyClients,
  poolFull,
  plannedSwitchover,
  switchoverKilled,
  ordersKept,
  credentialRotation,
  redisRotation,
  certificateRotation,
  authorityRotation,
  redisMasterKilled,
  redisHostLoss,
  postmasterKilled,
  patroniKilled,
  poolerKilled,
  routeKilled,
  routeReloaded,
  etcdCut,
  primaryCutOff,
  replicaBehind,
  managersUnseen,
  dockerRestarted,
  membersFrozen,
  diskFull,
  wrongPassword,
  certificateExpired,
  etcdQuorumLoss,
  primaryHostLoss,
  quorumHostLoss,
  dashboards,
  // After everything else, when nothing is as small as at the start.
  dataTierMemory,
]

/** Environment whose box a drill runs on. */
export function environmentOf(drill: Drill): string {
  return drill.environment ?? "local"
}
