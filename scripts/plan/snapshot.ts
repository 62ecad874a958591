import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Desired, readDesired } from "../deploy/desired.ts"
import { readFleetFile } from "../deploy/fleet-file.ts"
import { listFiles, readText } from "../io/files.ts"
import type { ResolvedSecret } from "../secrets/source.ts"
import type { PlanFleet } from "./model.ts"

/** An environment as one tree of files says it should be. */
export interface Snapshot {
  desired: Desired
  fleet: PlanFleet
  /** Text of `environments/<env>.yaml`; undefined when the tree has none. */
  specText: string | undefined
  /** Every file below `stacks/<env>` but the manifest and the README, by path. */
  files: Map<string, string>
}

/** Stands for the part of a secret's name that only its value decides. */
const unresolved = "unresolved"

/**
 * Reads `stacks/<env>` and `environments/<env>.yaml` below a directory, with
 * placeholders for the secrets unless their names are given. Undefined when the
 * tree does not hold the environment. Throws a Failure for a broken tree.
 */
export function readSnapshot(
  directory: string,
  environment: string,
  secretName: (key: string) => string = (key) => `quickcart_${key}_${unresolved}`,
): Snapshot | undefined {
  const stacks = join(directory, "stacks", environment)
  if (!existsSync(join(stacks, "fleet.json"))) return undefined
  const fleet = readFleetFile(directory, environment) as PlanFleet
  const secrets = fleet.secrets.map(
    (key): ResolvedSecret => ({ key, name: secretName(key), value: "" }),
  )
  return {
    desired: readDesired(stacks, secrets),
    fleet,
    specText: readText(join(directory, "environments", `${environment}.yaml`)),
    files: new Map(
      listFiles(stacks)
        .filter((path) => !["manifest.json", "README.md"].includes(path))
        .map((path) => [path, readFileSync(join(stacks, path), "utf8")]),
    ),
  }
}
