import type { Silence } from "../monitoring/access.ts"
import type { ExpectedAlert } from "./desired.ts"
import type { LockHolder } from "./lock.ts"
import type { Plan } from "./reconcile.ts"
import { deadlineSecondsOf, wavesOf } from "./roll-sequence.ts"

/**
 * A silence for each alert that the plan may raise though nothing is wrong, of the
 * hosts that it changes, until the plan's deadline. Only of services that are
 * changed: what is missing now fires for a reason. Pure.
 */
export function plannedSilences(plan: Plan, holder: LockHolder, nowMs: number): Silence[] {
  const expected = wavesOf(plan)
    .flat()
    .flatMap(({ kind, service }) => (kind === "update-service" ? service.alerts : []))
  const endMs = nowMs + deadlineSecondsOf(plan) * 1000
  return [...Map.groupBy(expected, ({ name }) => name).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, alerts]) => ({
      matchers: [
        { name: "alertname", value: name, isRegex: false, isEqual: true },
        ...ofHosts(alerts),
        // Whatever it may become: what pages is never muted.
        { name: "severity", value: "critical", isRegex: false, isEqual: false },
      ],
      startsAt: new Date(nowMs).toISOString(),
      endsAt: new Date(endMs).toISOString(),
      createdBy: holder.owner,
      comment: `apply of ${holder.commit}`,
    }))
}

/** An alert that is expected of no host in particular is expected of all. */
function ofHosts(alerts: ExpectedAlert[]): Silence["matchers"] {
  const nodes = alerts.flatMap(({ node }) => node ?? [])
  if (nodes.length < alerts.length) return []
  const value = [...new Set(nodes)].sort().join("|")
  return [{ name: "node", value, isRegex: true, isEqual: true }]
}
