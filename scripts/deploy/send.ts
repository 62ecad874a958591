import { isTransient } from "../io/engine.ts"
import { Failure } from "../io/failure.ts"
import { connectionLost } from "../io/ssh.ts"
import type { SwarmConnection } from "../io/swarm-connection.ts"
import { type DesiredService, mergeStacks } from "./desired.ts"
import { observe } from "./observe.ts"
import { specHashLabel, stackName } from "./swarm-types.ts"

const mostSends = 3
const sendTimeoutSeconds = 120

/** Held on the manager by each `docker stack deploy` of ours, which outlives the SSH connection that began it. */
const lockFile = "/tmp/quickcart-stack-deploy.lock"
const clean = "env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp"
const deploy = `flock ${lockFile} ${clean} docker stack deploy --compose-file - --resolve-image always --detach=true ${stackName}`
const awaitEarlier = `flock --timeout ${sendTimeoutSeconds} ${lockFile} true`

/**
 * Hands the services to `docker stack deploy`, with `labels` on each. When the
 * connection is lost on the way, only those are sent again that did not arrive:
 * sending a definition twice makes Swarm forget what it could roll back to.
 * Throws a Failure with Docker's words when it refuses.
 */
export async function send(
  services: DesiredService[],
  labels: Record<string, string>,
  connection: Pick<SwarmConnection, "manager" | "engine" | "remote">,
  report: (line: string) => void,
): Promise<void> {
  const { remote, engine } = connection
  let missing = services
  for (let left = mostSends; missing.length > 0; left -= 1) {
    const manager = connection.manager()
    const result = await remote.exec(manager, deploy, {
      input: JSON.stringify(mergeStacks(missing, labels)),
      allowFailure: true,
      timeoutSeconds: sendTimeoutSeconds,
    })
    if (result.exitCode === 0) return
    const words = result.stderr.trim()
    const lost = connectionLost(result)
    if (!lost && !isTransient(words)) {
      throw new Failure(`Docker refused the stack file: ${words}`)
    }
    const reason = words.split("\n").at(-1) || "the connection ended"
    if (left <= 1) {
      throw new Failure(
        `${manager} was lost ${mostSends} times while deploying (${reason}). Look at the network and the managers, then apply again.`,
      )
    }
    report(`lost ${manager} while deploying: ${reason}`)
    // Only the connection may have ended, and the command still be at work; a dead manager's is not.
    if (lost) {
      const timeoutSeconds = sendTimeoutSeconds + 10
      await remote.exec(manager, awaitEarlier, { allowFailure: true, timeoutSeconds })
    }
    const { services: live } = await observe(engine)
    missing = missing.filter(
      ({ name, specHash }) =>
        live.find(({ Spec }) => Spec.Name === name)?.Spec.Labels?.[specHashLabel] !== specHash,
    )
  }
}
