import { type Engine, filters } from "../io/engine.ts"
import { lastFailure } from "./converge.ts"
import type { SwarmNode, SwarmTask } from "./swarm-types.ts"

const logLines = 20

/**
 * Why a service did not converge: Swarm's word, the last failed task with its
 * host, and the last lines that it logged.
 */
export async function describeFailure(
  engine: Engine,
  service: string,
  detail: string,
): Promise<string> {
  const lines = [`${service}: ${detail}`]
  const tasks = await engine
    .get<SwarmTask[]>(`/tasks?${filters({ service: [service] })}`)
    .catch(() => [])
  const failed = lastFailure(tasks[0]?.ServiceID ?? "", tasks) ?? lastUnhealthy(tasks)
  if (failed === undefined) return lines.join("\n")
  const nodes = await engine.get<SwarmNode[]>("/nodes").catch(() => [])
  const host = nodes.find((node) => node.ID === failed.NodeID)?.Description.Hostname ?? "no host"
  const exit = failed.Status.ContainerStatus?.ExitCode
  const why = failed.Status.Err ?? failed.Status.Message ?? "no reason given"
  lines.push(
    `  last failed task on ${host}: ${why}${exit === undefined ? "" : ` (exit code ${exit})`}`,
  )
  lines.push(`  image: ${failed.Spec.ContainerSpec.Image}`)
  const logs = await engine
    .logs(`/tasks/${failed.ID}/logs?stdout=1&stderr=1&tail=${logLines}`)
    .catch(() => "")
  for (const line of logs.trimEnd().split("\n")) if (line !== "") lines.push(`  | ${line}`)
  return lines.join("\n")
}

function lastUnhealthy(tasks: SwarmTask[]): SwarmTask | undefined {
  return tasks.find((task) => task.DesiredState === "running" && task.Status.State !== "running")
}
