import { isTransient } from "../io/engine.ts"
import { Failure } from "../io/failure.ts"
import { connectionLost } from "../io/ssh.ts"
import type { SwarmConnection } from "../io/swarm-connection.ts"
import { type DesiredService, mergeStacks } from "./desired.ts"
import { observe } from "./observe.ts"
import type { RegistryAccess } from "./registry-access.ts"
import { awaitEarlierDeploy, sendTimeoutSeconds, stackDeploy } from "./stack-deploy.ts"
import { specHashLabel } from "./swarm-types.ts"

const mostSends = 3
/** What SSH takes beside the command. */
const connectionSeconds = 10

export interface Sending {
  /** Put on each service. */
  labels: Record<string, string>
  /** For hosts that pull from a private registry. */
  registry: RegistryAccess | undefined
  report: (line: string) => void
}

/**
 * Hands the services to `docker stack deploy`. When the connection is lost
 * on the way, only those are sent again that did not arrive: sending a
 * definition twice makes Swarm forget what it could roll back to.
 * Throws a Failure with Docker's words when it refuses.
 */
export async function send(
  services: DesiredService[],
  connection: Pick<SwarmConnection, "manager" | "engine" | "remote">,
  { labels, registry, report }: Sending,
): Promise<void> {
  const { remote, engine } = connection
  let missing = services
  for (let left = mostSends - 1; missing.length > 0; left -= 1) {
    const manager = connection.manager()
    const { command, input } = stackDeploy(mergeStacks(missing, labels), registry)
    const result = await remote.exec(manager, command, {
      input,
      allowFailure: true,
      timeoutSeconds: 2 * sendTimeoutSeconds + connectionSeconds,
    })
    if (result.exitCode === 0) return
    const words = result.stderr.trim()
    const lost = connectionLost(result)
    if (!lost && !isTransient(words)) {
      throw new Failure(`Docker refused the stack file: ${words}`)
    }
    const reason = words.split("\n").at(-1) || "the connection ended"
    report(`lost ${manager} while deploying: ${reason}`)
    // Only the connection may have ended, and the command still be at work; a dead manager's is not.
    if (lost) {
      const timeoutSeconds = sendTimeoutSeconds + connectionSeconds
      await remote.exec(manager, awaitEarlierDeploy, { allowFailure: true, timeoutSeconds })
    }
    const { services: live } = await observe(engine)
    missing = missing.filter(
      ({ name, specHash }) =>
        live.find(({ Spec }) => Spec.Name === name)?.Spec.Labels?.[specHashLabel] !== specHash,
    )
    if (left <= 0 && missing.length > 0) {
      throw new Failure(
        `the connection was lost ${mostSends} times while deploying, last that to ${manager} (${reason}). Look at the network and the managers, then apply again.`,
      )
    }
  }
}
