import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { stackName } from "../../deploy/swarm-types.ts"
import type { DrillContext } from "../drill.ts"
import { hostContainer } from "../fleet-access.ts"

/**
 * Starts a program in a container on an app host, in the host's network and with
 * PgBouncer's socket, as a task of the app has it. What it must know comes by
 * standard input, so that no password is in an argument.
 */
export function besideApp(
  context: DrillContext,
  host: string,
  image: string,
  command: string[],
): ChildProcessWithoutNullStreams {
  const [entrypoint = "", ...rest] = command
  return spawn("docker", [
    "exec",
    "--interactive",
    hostContainer(context, host),
    "docker",
    "run",
    "--rm",
    "--interactive",
    "--network",
    "host",
    "--volume",
    `${stackName}_database_run:/run/database:ro`,
    "--entrypoint",
    entrypoint,
    image,
    ...rest,
  ])
}
