import type { DesiredService } from "../deploy/desired.ts"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { commitLabel, type SwarmService, specHashLabel } from "../deploy/swarm-types.ts"
import { run } from "../io/command.ts"
import { snapshotOf } from "../plan/base.ts"
import type { Difference } from "./difference.ts"

/** What git says of the commit that was applied last. */
export interface LastApplied {
  /** Null when nothing was applied yet. */
  commit: string | null
  fleet: FleetFile | undefined
  services: DesiredService[]
}

/**
 * The commit that the live services were applied from: the newest of those that
 * their labels name, since only changed services are sent. A commit that is not
 * in the clone (a branch that was squashed, a drill's copy) does not count where
 * its service runs what HEAD wants (its hash is not among `unlike`). Undefined when
 * it cannot be told: no label, no commit that the clone has, commits on branches of
 * their own, files that today's code cannot read.
 */
export async function lastApplied(
  repository: string,
  environment: string,
  services: SwarmService[],
  unlike: ReadonlySet<string>,
): Promise<LastApplied | undefined> {
  if (services.length === 0) return { commit: null, fleet: undefined, services: [] }
  const named = services.flatMap(({ Spec }) => {
    const commit = Spec.Labels?.[commitLabel]
    const hash = Spec.Labels?.[specHashLabel]
    const isAsHead = hash !== undefined && !unlike.has(hash)
    return commit === undefined ? [] : [{ commit, isAsHead }]
  })
  const commits = [...new Set(named.map(({ commit }) => commit))]
  // A label is whatever somebody wrote there: nothing but an id may reach git.
  if (commits.length === 0 || !commits.every((one) => /^[0-9a-f]{40}$/.test(one))) return undefined
  const present = await inClone(repository, commits)
  const telling = named.filter(({ commit, isAsHead }) => present.has(commit) || !isAsHead)
  const commit = await newest(repository, [...new Set(telling.map((one) => one.commit))])
  if (commit === undefined) return undefined
  try {
    const snapshot = await snapshotOf(repository, environment, commit)
    if (snapshot === undefined) return undefined
    return { commit, fleet: snapshot.fleet, services: snapshot.desired.services }
  } catch {
    return undefined
  }
}

async function inClone(repository: string, commits: string[]): Promise<Set<string>> {
  const { stdout } = await run(["git", "cat-file", "--batch-check=%(objecttype) %(objectname)"], {
    workingDirectory: repository,
    input: commits.map((commit) => `${commit}\n`).join(""),
  })
  return new Set(stdout.split("\n").flatMap((line) => /^commit (\w+)$/.exec(line)?.[1] ?? []))
}

/** The one commit that holds all others; undefined when there is none, or one is not in the clone. */
async function newest(repository: string, commits: string[]): Promise<string | undefined> {
  if (commits.length === 0) return undefined
  const result = await run(["git", "merge-base", "--independent", ...commits], {
    workingDirectory: repository,
    allowFailure: true,
  })
  const [only, ...others] = result.stdout.split("\n").filter((line) => line !== "")
  return result.exitCode === 0 && others.length === 0 ? only : undefined
}

/**
 * Tells drift from pending where the live object does not name its definition:
 * what differs from the commit applied last (`before`) in the same way is drift,
 * what equals it is pending. Undefined: nobody can tell.
 */
export function judgedByCommit(
  differences: Difference[],
  before: Difference[] | undefined,
  last: LastApplied | undefined,
): Difference[] {
  const since = last === undefined ? "which commit was applied last is not known here" : asOf(last)
  if (before === undefined) {
    return differences.map((one) => noted({ ...one, kind: "unknown" }, since))
  }
  const seen = new Set(before.map(identity))
  const strange = new Set(
    before.filter(({ field, live }) => field === "" && live !== null).map(({ name }) => name),
  )
  return differences.map((one) => {
    // That commit knows nothing of the object, so its fields are not those of that commit either.
    const isDrift = seen.has(identity(one)) || (one.field !== "" && strange.has(one.name))
    return isDrift ? one : noted({ ...one, kind: "pending" }, since)
  })
}

function asOf({ commit }: LastApplied): string {
  return commit === null
    ? "nothing was applied yet"
    : `as of ${commit.slice(0, 12)}, which was applied last`
}

function identity({ object, name, field, live }: Difference): string {
  return JSON.stringify([object, name, field, live])
}

function noted(difference: Difference, note: string): Difference {
  const { recorded } = difference
  return { ...difference, recorded: recorded === undefined ? note : `${recorded}, ${note}` }
}
