import { Failure } from "../../io/failure.ts"
import { openRemote } from "../../io/ssh.ts"
import { type MonitoringAccess, openMonitoring } from "../../monitoring/access.ts"
import type { DrillContext } from "../drill.ts"
import { awaitHealthy } from "../fleet-access.ts"
import { readRules, type WatchedBy } from "./rules.ts"
import { runRunbooks } from "./run-runbook.ts"
import type { CommandOutcome } from "./runbook.ts"
import { type Watch, watchAlerts } from "./watch.ts"

/** What a drill of alerts works with. */
export interface Trial {
  context: DrillContext
  monitoring: MonitoringAccess
  watch: Watch
  by: WatchedBy
  /** Runs what the runbooks of these alerts say to look at, while these hosts are down. */
  look(alerts: readonly string[], downHosts?: readonly string[]): Promise<CommandOutcome[]>
}

/** Runs `body` on a healthy fleet while its alerts are watched. */
export async function underWatch<T>(
  context: DrillContext,
  body: (trial: Trial) => Promise<T>,
): Promise<T> {
  const { repository, fleet, state, report } = context
  const by = readRules(repository, fleet.environment)
  await awaitHealthy(context)
  const remote = openRemote(fleet, state)
  let watch: Watch | undefined
  try {
    const monitoring = openMonitoring(fleet, remote)
    if (monitoring === null) throw new Failure(`${fleet.environment} has no monitoring`)
    watch = await watchAlerts(monitoring, by.pace, report)
    const look: Trial["look"] = (alerts, down) => runRunbooks(context, alerts, down)
    return await body({ context, monitoring, watch, by, look })
  } finally {
    await watch?.stop()
    await remote.close()
  }
}
