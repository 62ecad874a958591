import { join } from "node:path"
import { liveFacts } from "../guard/facts.ts"
import { checkGuard, checkOverrides, enforceGuard, guardWarnings } from "../guard/index.ts"
import type { GuardInput } from "../guard/rule.ts"
import { lookUntil, nowMs } from "../io/clock.ts"
import type { Engine } from "../io/engine.ts"
import { Failure } from "../io/failure.ts"
import { headCommit, identity, uncommitted } from "../io/git.ts"
import { requireDeployKey } from "../io/ssh.ts"
import { openState } from "../io/state.ts"
import { connectSwarm } from "../io/swarm-connection.ts"
import { openMonitoring } from "../monitoring/access.ts"
import { markDeployment } from "../monitoring/deployment.ts"
import { errorBudget } from "../monitoring/error-budget.ts"
import { whileSilenced } from "../monitoring/silenced.ts"
import { dotenvVariables, knownNamingKey, localSecrets, resolveSecrets } from "../secrets/source.ts"
import { readDesired } from "./desired.ts"
import { execute, type Report } from "./execute.ts"
import { readFleetFile } from "./fleet-file.ts"
import { breakLock, takeLock } from "./lock.ts"
import { type Observed, observe } from "./observe.ts"
import { planLines, reconcile } from "./reconcile.ts"
import { registryAccess } from "./registry-access.ts"
import { wavesOf } from "./roll-sequence.ts"
import { rolling, settleDeadlineSeconds } from "./rollout.ts"
import { plannedSilences } from "./silences.ts"

export interface ApplyOptions {
  /** Deploy files that no commit holds. */
  allowDirty: boolean
  /** Remove somebody's lock first. */
  breakLock: boolean
  /** Ids of guard rules that may be broken this once. */
  overrides?: string[]
  report: Report
}

export interface ApplyResult {
  commit: string
  /** One line an operation; empty when nothing had to be done. */
  operations: string[]
  seconds: number
}

/**
 * Makes the live Swarm equal to the committed `stacks/<env>`. Throws a Failure
 * when it refuses, cannot connect, or had to roll back.
 */
export async function apply(
  repository: string,
  environment: string,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const start = nowMs()
  checkOverrides(options.overrides ?? [])
  requireDeployKey(readFleetFile(repository, environment), openState(repository, environment))
  const commit = await headCommit(repository)
  await refuseUncommitted(repository, environment, options.allowDirty)
  const { fleet, state, desired } = wanted(repository, environment)
  const registry = registryAccess(fleet.registry.address, accountVariables(repository))
  const connection = await connectSwarm(fleet, state)
  try {
    for (const { host, reason } of connection.unreachable) {
      options.report(
        `warning: manager ${host} does not answer (${reason}); using ${connection.manager()}`,
      )
    }
    const { engine } = connection
    if (options.breakLock && (await breakLock(engine))) options.report("removed the existing lock")
    const actor = await identity(repository)
    const holder = { owner: `${actor} (pid ${process.pid})`, commit }
    const lock = await takeLock(engine, holder)
    try {
      const observed = await quiet(engine, options.report)
      const plan = reconcile(desired, observed)
      const monitoring = openMonitoring(fleet, connection.remote)
      // An apply that has nothing to do asks nobody, and is quick.
      const budget =
        plan.operations.length === 0 ? undefined : await errorBudget(monitoring, nowMs())
      const facts = await liveFacts(repository, fleet, commit, observed, budget)
      const { report, overrides = [] } = options
      judge({ plan, desired, observed, facts }, overrides, report)
      const execution = { report, lock, origin: { commit, actor }, registry }
      await whileSilenced(monitoring, plannedSilences(plan, holder, nowMs()), report, () =>
        execute(plan, desired, connection, execution),
      )
      if (wavesOf(plan).length > 0) {
        const deployment = { environment, commit, atMs: nowMs() }
        await markDeployment(fleet, connection.remote, deployment, report)
      }
      const seconds = (nowMs() - start) / 1000
      return { commit, operations: planLines(plan), seconds }
    } finally {
      await lock.release()
    }
  } finally {
    await connection.close()
  }
}

/** Says what the guard's rules have to say; throws a Failure when one refuses. */
function judge(input: GuardInput, overrides: readonly string[], report: Report): void {
  for (const warning of guardWarnings(input)) report(`warning: ${warning}`)
  enforceGuard(checkGuard(input), overrides, report)
}

/** Where the registry's account may be set: the environment before `.env`, as with secrets. */
export function accountVariables(repository: string): NodeJS.ProcessEnv {
  return { ...dotenvVariables(repository), ...process.env }
}

/** What the commit wants, with the values of its secrets. Throws a Failure when any is missing. */
export function wanted(repository: string, environment: string) {
  const fleet = readFleetFile(repository, environment)
  const state = openState(repository, environment)
  const source = localSecrets(repository, state)
  const secrets = resolveSecrets(fleet, source, knownNamingKey(state))
  const desired = readDesired(join(repository, "stacks", environment), secrets)
  return { fleet, state, desired }
}

/** Throws a Failure when the files to apply are in no commit, unless that is allowed. */
export async function refuseUncommitted(
  repository: string,
  environment: string,
  allowDirty: boolean,
): Promise<void> {
  if (allowDirty) return
  const changed = await uncommitted(repository, join("stacks", environment))
  if (changed.length === 0) return
  throw new Failure(
    `stacks/${environment} differs from the commit, and what is applied must be revertible:\n${changed.join("\n")}\nCommit it, or pass --allow-dirty.`,
  )
}

/**
 * Waits until no rollout of an earlier, interrupted run is under way: sending a
 * new definition into one would make the bad definition the rollback target.
 * One that does not end in time is the guard's to refuse.
 */
function quiet(engine: Engine, report: Report): Promise<Observed> {
  let last = ""
  return lookUntil(
    { deadlineSeconds: settleDeadlineSeconds },
    () => observe(engine),
    (observed) => {
      const names = rolling(observed).map(({ Spec }) => Spec.Name)
      const line = names.join(", ")
      if (line !== last && line !== "")
        report(`waiting for the rollout of ${line} that is under way`)
      last = line
      return names.length === 0
    },
  )
}
