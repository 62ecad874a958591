import type { FleetFile } from "../../deploy/fleet-file.ts"
import { localTag } from "../../images.ts"
import { Failure } from "../failure.ts"
import type { State } from "../state.ts"
import { boxProvider } from "./box.ts"
import type { Provider } from "./provider.ts"

/** The adapter for the environment's provider. Throws a Failure when there is none yet. */
export function openProvider(fleet: FleetFile, repository: string, state: State): Provider {
  if (fleet.provider.name === "box") {
    const tags = {
      host: localTag("host"),
      haproxy: localTag("haproxy"),
      registry: localTag("registry"),
    }
    return boxProvider(fleet, repository, state, tags)
  }
  throw new Failure(
    `hosts at ${fleet.provider.name} cannot be created from here yet; only the box can. Create them with the files in stacks/${fleet.environment}/hosts/.`,
  )
}
