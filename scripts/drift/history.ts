import { join } from "node:path"
import { type DesiredService, readDesired } from "../deploy/desired.ts"
import { run } from "../io/command.ts"
import { withTree } from "../io/git-tree.ts"
import type { ResolvedSecret } from "../secrets/source.ts"

/** Commits that touched the environment and are searched for a live definition. */
const commitsSearched = 20

/**
 * Finds the definitions with the given hashes in older commits of
 * `stacks/<env>`. What is not found (a shallow clone, an unknown branch) is
 * left out.
 */
export async function appliedDefinitions(
  repository: string,
  environment: string,
  hashes: ReadonlySet<string>,
  secrets: ResolvedSecret[],
): Promise<Map<string, DesiredService>> {
  const found = new Map<string, DesiredService>()
  const path = `stacks/${environment}`
  const log = await run(["git", "log", `-n${commitsSearched}`, "--format=%H", "--", path], {
    workingDirectory: repository,
    allowFailure: true,
  })
  for (const commit of log.stdout.split("\n").filter(Boolean)) {
    if ([...hashes].every((hash) => found.has(hash))) break
    for (const service of await servicesAt(repository, commit, path, secrets)) {
      if (hashes.has(service.specHash)) found.set(service.specHash, service)
    }
  }
  return found
}

async function servicesAt(
  repository: string,
  commit: string,
  path: string,
  secrets: ResolvedSecret[],
): Promise<DesiredService[]> {
  try {
    return await withTree(
      repository,
      commit,
      [path],
      (tree) => readDesired(join(tree, path), secrets).services,
    )
  } catch {
    // An older commit may lack the environment or be written in another form.
    return []
  }
}
