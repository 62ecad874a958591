import { dockerConfig, type RegistryAccess } from "./registry-access.ts"
import { stackName } from "./swarm-types.ts"

/** What a manager's shell is told, and what it reads on standard input. */
export interface StackDeploy {
  command: string
  input: string
}

/** Held on the manager by each `docker stack deploy` of ours, which outlives the SSH connection that began it. */
const lockFile = "/tmp/quickcart-stack-deploy.lock"
const clean = "env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp"
const options = "--compose-file - --resolve-image always --detach=true"

/** Longest that one waits for another, of a connection that was cut: it has no longer itself. */
export const sendTimeoutSeconds = 120

/** Ends once no `docker stack deploy` of ours runs on the manager any more; fails when one does not end. */
export const awaitEarlierDeploy = `flock --timeout ${sendTimeoutSeconds} ${lockFile} true`

/**
 * `docker stack deploy` of a stack file. With an account for the registry, the
 * hosts get it from Swarm with the services. It travels on standard input before the
 * stack file, and lies in the manager's memory (/dev/shm) while the command runs:
 * Docker's CLI takes it from a file only.
 */
export function stackDeploy(
  stack: Record<string, unknown>,
  registry: RegistryAccess | undefined,
): StackDeploy {
  const file = JSON.stringify(stack)
  // One that waited for longer would run after apply has given up and rolled back.
  const deploy = `flock --timeout ${sendTimeoutSeconds} ${lockFile} timeout ${sendTimeoutSeconds} ${clean} docker`
  if (registry === undefined) {
    return { command: `${deploy} stack deploy ${options} ${stackName}`, input: file }
  }
  const steps = [
    "umask 077",
    "login=$(mktemp --directory /dev/shm/quickcart-XXXXXXXX) || exit",
    `trap 'rm -rf "$login"' EXIT`,
    // Both are builtins: no process shows the line among its arguments.
    'IFS= read -r config && printf %s "$config" > "$login/config.json" || exit',
    `${deploy} --config "$login" stack deploy --with-registry-auth ${options} ${stackName}`,
  ]
  return { command: steps.join("; "), input: `${dockerConfig(registry)}\n${file}` }
}
