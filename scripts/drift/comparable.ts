import { join } from "node:path"
import { type Desired, readDesired } from "../deploy/desired.ts"
import type { FleetFile } from "../deploy/fleet-file.ts"
import type { SwarmService } from "../deploy/swarm-types.ts"
import { Failure } from "../io/failure.ts"
import type { State } from "../io/state.ts"
import { mountedSecrets } from "../secrets/rotate-once.ts"
import { comparableSecrets, knownNamingKey, localSecrets } from "../secrets/source.ts"

/**
 * What the files want, for those who may look but have no values: a secret whose
 * value is not known here, listed in `unknown`, has the name that is live.
 */
export function comparableDesired(
  repository: string,
  fleet: FleetFile,
  state: State,
  live: SwarmService[],
): { desired: Desired; unknown: string[] } {
  const sources = localSecrets(repository, state)
  const { secrets, unknown } = comparableSecrets(
    fleet,
    { value: (name) => ifReadable(() => sources.value(name)) },
    ifReadable(() => knownNamingKey(state)),
    mountedSecrets(live),
  )
  const desired = readDesired(join(repository, "stacks", fleet.environment), secrets)
  return { desired, unknown }
}

/** Who may look need not be able to decrypt: what cannot be read is unknown. */
function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
