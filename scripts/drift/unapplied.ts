import type { Desired } from "../deploy/desired.ts"
import type { FleetFile } from "../deploy/fleet-file.ts"
import type { Observed } from "../deploy/observe.ts"
import { reconcile } from "../deploy/reconcile.ts"
import { Failure } from "../io/failure.ts"
import { headCommit, uncommitted } from "../io/git.ts"
import type { State } from "../io/state.ts"
import { comparableDesired } from "./comparable.ts"

/** Whether the live fleet is what the files of this checkout want. */
export type Unapplied =
  | { commit: string; uncommitted: boolean; services: string[] }
  /** Why nobody can tell. */
  | { unknown: string }

/** Compares the hashes of definitions, as apply does. Reads only. */
export async function unapplied(
  repository: string,
  fleet: FleetFile,
  state: State,
  observed: Observed,
): Promise<Unapplied> {
  try {
    const [commit, changed] = await Promise.all([
      headCommit(repository),
      uncommitted(repository, `stacks/${fleet.environment}`),
    ])
    const { desired } = comparableDesired(repository, fleet, state, observed.services)
    return {
      commit,
      uncommitted: changed.length > 0,
      services: unappliedServices(desired, observed),
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { unknown: error.message }
  }
}

/** Names of the services that apply would send or remove. */
export function unappliedServices(desired: Desired, observed: Observed): string[] {
  return reconcile(desired, observed).operations.flatMap((operation) => {
    if ("service" in operation) return operation.service.name
    return operation.kind === "remove-service" ? operation.name : []
  })
}

/** One line for a terminal. */
export function unappliedLine(environment: string, found: Unapplied): string {
  if ("unknown" in found) return `pending: unknown, ${found.unknown}`
  const { commit, services } = found
  const wanted = `${commit.slice(0, 12)}${found.uncommitted ? " with uncommitted files" : ""}`
  if (services.length === 0) return `pending: nothing, the fleet is at ${wanted}`
  const differ = services.length === 1 ? "1 service differs" : `${services.length} services differ`
  const shown = services.slice(0, mostNames).join(", ")
  const more = services.length > mostNames ? ", ..." : ""
  return `pending: ${differ} from ${wanted} (${shown}${more}); see: npx quickcart plan ${environment}`
}

/** As many as fit a line. */
const mostNames = 3
