import { setTimeout as delay } from "node:timers/promises"
import { accountVariables, refuseUncommitted } from "../deploy/apply.ts"
import type { Desired } from "../deploy/desired.ts"
import { type FleetFile, hostsOf, readFleetFile } from "../deploy/fleet-file.ts"
import { takeLock } from "../deploy/lock.ts"
import { observe } from "../deploy/observe.ts"
import { registryAccess } from "../deploy/registry-access.ts"
import { rolling, settleDeadlineSeconds } from "../deploy/rollout.ts"
import { specHashLabel } from "../deploy/swarm-types.ts"
import { liveFacts } from "../guard/facts.ts"
import { checkGuard, enforceGuard } from "../guard/index.ts"
import { lookUntil, nowMs } from "../io/clock.ts"
import { headCommit, identity, uncommitted } from "../io/git.ts"
import { openState, type State } from "../io/state.ts"
import { connectSwarm, type SwarmConnection } from "../io/swarm-connection.ts"
import { mountedSecrets } from "../secrets/rotate-once.ts"
import { comparableSecrets } from "../secrets/source.ts"
import { type Adoption, adoptions } from "./adopt.ts"
import { comparableDesired } from "./comparable.ts"
import { isWorthAnotherLook, type Unjudged, unjudged } from "./delivered-files.ts"
import { confirmed, type Difference } from "./difference.ts"
import { type Applied, findDrift } from "./find-drift.ts"
import { heal, healPlan } from "./heal.ts"
import { appliedDefinitions } from "./history.ts"
import { compareHostFiles } from "./host-files.ts"
import { lastApplied } from "./last-applied.ts"
import type { Live } from "./live.ts"
import { networkDifferences } from "./networks.ts"
import { nodeDifferences } from "./nodes.ts"
import { observeLive } from "./observe-live.ts"
import { missingServices } from "./services.ts"

export interface DriftOptions {
  /** Undo what drifted. */
  heal: boolean
  /** With `heal`: use files that no commit holds. */
  allowDirty: boolean
  /** With `heal`: ids of guard rules that may be broken this once. */
  overrides: string[]
  /** Compare what cloud-init wrote on every host as well: one SSH connection each. */
  hosts: boolean
  report: (line: string) => void
}

export interface DriftReport {
  environment: string
  commit: string
  differences: Difference[]
  adoptions: Adoption[]
  /** `host: reason` of what nobody could look at; with any, the fleet is not known to be clean. */
  unseen: string[]
  /** What was compared in part only, and why. */
  notes: string[]
  seconds: number
}

interface Comparison {
  desired: Desired
  live: Live
  differences: Difference[]
  unjudged: Unjudged[]
  notes: string[]
}

/** A task or reload on its way looks like drift for less than this. */
const confirmAfterMs = 2000
/** A config task is away for its grace of 10 s, Swarm's restart delay of 5 s and the start; twice that. */
const deliveryDeadlineSeconds = 60
const deliveryIntervalMs = 1000

/**
 * Compares the live fleet with the committed files. What differs is looked at
 * twice, so that a fleet in motion reports nothing, and while a config task is
 * replaced its files are waited for. With `heal`, drift is
 * undone under the deploy lock and what is left is reported. Throws a Failure
 * when the fleet cannot be read or does not converge.
 */
export async function drift(
  repository: string,
  environment: string,
  options: DriftOptions,
): Promise<DriftReport> {
  const start = nowMs()
  const fleet = readFleetFile(repository, environment)
  const state = openState(repository, environment)
  const commit = await headCommit(repository)
  if (options.heal) await refuseUncommitted(repository, environment, options.allowDirty)
  // Their delivered files will be read in any case.
  const balancers = hostsOf(fleet, "load-balancer").map(({ name }) => name)
  const connection = await connectSwarm(fleet, state, balancers)
  try {
    const look = () => lookForDrift(repository, fleet, state, connection)
    let result = await look()
    if (options.heal && result.differences.some((one) => one.kind === "drift")) {
      await healLocked(repository, commit, connection, options, result, fleet, () =>
        compare(repository, fleet, state, connection),
      )
      result = await look()
    }
    const hosts = options.hosts
      ? await compareHostFiles(repository, fleet, connection.remote)
      : { differences: [], unseen: [] }
    return {
      environment,
      commit,
      differences: [...result.differences, ...hosts.differences],
      adoptions: adoptions(result.differences, result.live),
      unseen: [...result.unjudged.map(({ host, reason }) => `${host}: ${reason}`), ...hosts.unseen],
      notes: [...result.notes, ...(await gitNotes(repository, environment))],
      seconds: (nowMs() - start) / 1000,
    }
  } finally {
    await connection.close()
  }
}

/** One look over an open connection, repeated when the first finds something. */
export async function lookForDrift(
  repository: string,
  fleet: FleetFile,
  state: State,
  connection: SwarmConnection,
): Promise<Comparison> {
  const end = nowMs() + deliveryDeadlineSeconds * 1000
  const look = () => judgeable(() => compare(repository, fleet, state, connection), end)
  const first = await look()
  if (first.differences.length === 0) return first
  await delay(confirmAfterMs)
  const second = await look()
  return { ...second, differences: confirmed(first.differences, second.differences) }
}

/** Looks again while config tasks are replaced, and once more at what could not be read. */
function judgeable(look: () => Promise<Comparison>, endMs: number): Promise<Comparison> {
  let looks = 0
  return lookUntil(
    { deadlineSeconds: (endMs - nowMs()) / 1000, intervalMs: deliveryIntervalMs },
    look,
    ({ unjudged }) => {
      looks += 1
      return !isWorthAnotherLook(unjudged, looks)
    },
  )
}

async function compare(
  repository: string,
  fleet: FleetFile,
  state: State,
  connection: SwarmConnection,
): Promise<Comparison> {
  const live = await observeLive(connection, fleet)
  const { desired, unknown } = comparableDesired(repository, fleet, state, live.services)
  const unlike = unlikeHashes(desired, live)
  const definitions =
    unlike.size === 0
      ? new Map()
      : await appliedDefinitions(
          repository,
          fleet.environment,
          unlike,
          liveNamed(desired.secrets, live),
        )
  const last = await lastAppliedIfNeeded(repository, desired, live, { fleet, unlike })
  const differences = findDrift(desired, live, fleet, { definitions, last })
  return {
    desired,
    live,
    differences,
    unjudged: unjudged(live, fleet),
    notes: notesOf(unknown),
  }
}

/** Only what does not name its own definition needs it, and a look without any should be quick. */
async function lastAppliedIfNeeded(
  repository: string,
  desired: Desired,
  live: Live,
  { fleet, unlike }: { fleet: FleetFile; unlike: Set<string> },
): Promise<Applied["last"]> {
  const differs =
    nodeDifferences(fleet, live.nodes).length > 0 ||
    networkDifferences(desired.services, live.allNetworks).length > 0 ||
    missingServices(desired.services, live).length > 0
  return differs ? lastApplied(repository, fleet.environment, live.services, unlike) : undefined
}

/** Hashes of live services that are not git's: their definitions are in older commits. */
function unlikeHashes(desired: Desired, live: Live): Set<string> {
  const wanted = new Map(desired.services.map((service) => [service.name, service.specHash]))
  const hashes = live.services
    .filter(({ Spec }) => wanted.get(Spec.Name) !== Spec.Labels?.[specHashLabel])
    .flatMap(({ Spec }) => Spec.Labels?.[specHashLabel] ?? [])
  return new Set(hashes)
}

/** An older definition was applied with the names of its time, which are those that are mounted. */
function liveNamed(secrets: Desired["secrets"], live: Live): Desired["secrets"] {
  const keys = secrets.map((secret) => secret.key)
  return comparableSecrets(
    { secrets: keys, credentials: [] },
    { value: () => undefined },
    undefined,
    mountedSecrets(live.services),
  ).secrets
}

async function healLocked(
  repository: string,
  commit: string,
  connection: SwarmConnection,
  options: DriftOptions,
  found: Comparison,
  fleet: FleetFile,
  again: () => Promise<Comparison>,
): Promise<void> {
  const actor = await identity(repository)
  const owner = `${actor}, healing drift (pid ${process.pid})`
  const lock = await takeLock(connection.engine, { owner, commit })
  try {
    // One that does not end in time is the guard's to refuse.
    const current = await lookUntil(
      { deadlineSeconds: settleDeadlineSeconds },
      again,
      ({ live }) => rolling(live).length === 0,
    )
    const differences = confirmed(found.differences, current.differences)
    const { desired, live } = current
    const plan = healPlan(differences, desired, live)
    const observed = await observe(connection.engine)
    const facts = await liveFacts(repository, fleet, commit, observed)
    enforceGuard(checkGuard({ plan, desired, observed, facts }), options.overrides, options.report)
    const registry = registryAccess(fleet.registry.address, accountVariables(repository))
    const execution = { report: options.report, lock, origin: { commit, actor }, registry }
    await heal({ plan, differences, desired, live }, fleet, connection, execution)
  } finally {
    await lock.release()
  }
}

function notesOf(unknown: string[]): string[] {
  return unknown.length === 0
    ? []
    : [`no value of ${unknown.join(", ")} is known here: compared by presence only`]
}

async function gitNotes(repository: string, environment: string): Promise<string[]> {
  const changed = await uncommitted(repository, `stacks/${environment}`)
  return changed.length === 0
    ? []
    : [`stacks/${environment} has uncommitted changes, and they were compared`]
}
