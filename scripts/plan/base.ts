import { join } from "node:path"
import { readFleetFile } from "../deploy/fleet-file.ts"
import type { Observed } from "../deploy/observe.ts"
import { specHashLabel } from "../deploy/swarm-types.ts"
import { commitsThatChanged, withTree } from "../io/git-tree.ts"
import type { PlanHost } from "./model.ts"
import { readSnapshot, type Snapshot } from "./snapshot.ts"

/** Files of one environment in a commit, with everything a plan reads. */
export interface BaseSnapshot {
  commit: string
  snapshot: Snapshot
}

/** How far back the commit that is live is looked for. */
const mostCommits = 20

/** The environment as a commit has it; undefined when it has none. */
export function snapshotOf(
  repository: string,
  environment: string,
  commit: string,
  secretName?: (key: string) => string,
): Promise<Snapshot | undefined> {
  const paths = [join("stacks", environment), join("environments", `${environment}.yaml`)]
  return withTree(repository, commit, paths, (directory) =>
    readSnapshot(directory, environment, secretName),
  )
}

/**
 * The newest commit whose definitions are the live ones, or most of them. The
 * live hashes cover the secrets' names, so commits are read with the names that
 * are live. Undefined when no recent commit matches a single service.
 */
export async function findLiveBase(
  repository: string,
  environment: string,
  observed: Observed,
): Promise<BaseSnapshot | undefined> {
  const secretName = liveSecretNames(observed)
  const live = new Map(
    observed.services.map(({ Spec }) => [Spec.Name, Spec.Labels?.[specHashLabel]]),
  )
  let best: (BaseSnapshot & { matches: number }) | undefined
  const path = join("stacks", environment)
  for (const commit of await commitsThatChanged(repository, path, mostCommits)) {
    const snapshot = await tolerant(() => snapshotOf(repository, environment, commit, secretName))
    if (snapshot === undefined) continue
    const { services } = snapshot.desired
    const matches = services.filter((one) => live.get(one.name) === one.specHash).length
    if (matches > (best?.matches ?? 0)) best = { commit, snapshot, matches }
    if (matches === live.size && matches === services.length) break
  }
  return best
}

/**
 * What recent commits say of hosts that this one no longer has, so that their
 * size and price are known when they go; hosts that none describes are left out.
 */
export async function formerHosts(
  repository: string,
  environment: string,
  names: readonly string[],
): Promise<PlanHost[]> {
  const found = new Map<string, PlanHost>()
  const path = join("stacks", environment, "fleet.json")
  const missing = () => names.some((name) => !found.has(name))
  if (!missing()) return []
  for (const commit of await commitsThatChanged(repository, path, mostCommits)) {
    const fleet = await tolerant(() =>
      withTree(repository, commit, [path], (directory) => readFleetFile(directory, environment)),
    )
    for (const host of (fleet?.hosts ?? []) as PlanHost[]) {
      if (names.includes(host.name) && !found.has(host.name)) found.set(host.name, host)
    }
    if (!missing()) break
  }
  return [...found.values()]
}

/** Names that live services mount their secrets under, by logical name. */
function liveSecretNames({ services }: Observed): (key: string) => string {
  const names = new Map(
    services.flatMap(({ Spec }) =>
      (Spec.TaskTemplate.ContainerSpec.Secrets ?? []).map(({ SecretName }) => [
        SecretName.replace(/^quickcart_/, "").replace(/_[^_]+$/, ""),
        SecretName,
      ]),
    ),
  )
  return (key) => names.get(key) ?? `quickcart_${key}_unknown`
}

/** An old commit may hold files that today's code cannot read; that ends nothing. */
async function tolerant<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch {
    return undefined
  }
}
