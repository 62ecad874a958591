import { waitsForHost } from "../deploy/converge.ts"
import { rolling } from "../deploy/rollout.ts"
import { isDatabaseMember, isLiveDatabaseMember } from "./data.ts"
import type { GuardRule } from "./rule.ts"

/** The test runs weekly; a day more is a late run, not a missing one. */
const restoreTestDays = 8
const dayMs = 24 * 60 * 60 * 1000

export const rolloutInProgress: GuardRule = {
  id: "rollout-in-progress",
  reason: "A definition that is sent into a rollout makes the one on its way the rollback target.",
  // Also without anything to send: an apply that ends well says that all runs.
  check: ({ observed }) =>
    rolling(observed).map(
      ({ Spec, UpdateStatus }) =>
        `${Spec.Name} is ${UpdateStatus?.State}: ${UpdateStatus?.Message ?? "no reason given"}; wait until it ends`,
    ),
}

export const hostDown: GuardRule = {
  id: "host-down",
  reason: "A rollout to a host that is down never ends, and neither does its way back.",
  check: ({ plan, observed }) =>
    plan.operations.flatMap((operation) =>
      operation.kind === "update-service" && waitsForHost(operation.live, observed.nodes)
        ? [`${operation.service.name}: ${nowhere(operation.service.host)}`]
        : [],
    ),
}

function nowhere(host: string | undefined): string {
  return host === undefined
    ? "every host that may run it is down or drained; bring one back first"
    : `it runs on ${host} only, which is down or drained; bring the host back first, or take it out of the spec`
}

export const rolloutPaused: GuardRule = {
  id: "rollout-paused",
  reason: "A paused rollout runs two versions; sending a third hides which of them was good.",
  check: ({ observed }) =>
    observed.services.flatMap(({ Spec, UpdateStatus }) =>
      UpdateStatus?.State === "paused" || UpdateStatus?.State === "rollback_paused"
        ? [`${Spec.Name} is ${UpdateStatus.State}: ${UpdateStatus.Message ?? "no reason given"}`]
        : [],
    ),
}

export const restoreTest: GuardRule = {
  id: "restore-test",
  reason: "A backup that nobody restored lately is a hope; do not change a database on it.",
  check({ desired, observed, facts }) {
    const runs = observed.services.some((one) => isLiveDatabaseMember(one, facts.hostsBefore))
    const stays = desired.services.some((one) => isDatabaseMember(one, facts.hostsAfter))
    if (facts.tier === "development" || !runs || !stays) return []
    const test = facts.restoreTest
    // Dormant until the backup tier reports: a rule nobody can satisfy would stop every deploy.
    if (test === undefined) return []
    const days = Math.floor((facts.nowMs - test.finishedAtMs) / dayMs)
    if (!test.passed) return [`the restore test of ${days} days ago failed; fix the backup first`]
    if (days < restoreTestDays) return []
    return [`the last restore test is ${days} days old, older than ${restoreTestDays}; run one`]
  },
}

export const notBranchHead: GuardRule = {
  id: "not-branch-head",
  reason: "An older commit that is applied late undoes what was merged after it.",
  check({ facts: { tier, branch, commit } }) {
    if (tier === "development" || branch === undefined) return []
    const { name, head, fresh } = branch
    if (head === commit) return []
    if (head === undefined) {
      return fresh ? [`${name} does not exist, so nobody reviewed ${commit.slice(0, 12)}`] : []
    }
    const known = fresh ? "is at" : "was, when last fetched, at"
    return [`${name} ${known} ${head.slice(0, 12)}, but ${commit.slice(0, 12)} would be applied`]
  },
}
