import { brokenImage, configReload, noOpApply, rollingUpdate, taskLoss } from "./app-change.ts"
import { applyKilled, applyOverhead, revertFive, waveFailure } from "./deploy-safety.ts"
import type { Drill } from "./drill.ts"
import { haproxyLoss, vipHostLoss } from "./edge-failover.ts"
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
  applyOverhead,
  revertFive,
  applyKilled,
]
