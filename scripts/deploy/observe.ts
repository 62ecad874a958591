import { type Engine, filters } from "../io/engine.ts"
import {
  namespaceLabel,
  type SwarmNetwork,
  type SwarmNode,
  type SwarmObject,
  type SwarmService,
  type SwarmTask,
  stackName,
} from "./swarm-types.ts"

/** What is live; read only. */
export interface Observed {
  services: SwarmService[]
  tasks: SwarmTask[]
  nodes: SwarmNode[]
  configs: SwarmObject[]
  secrets: SwarmObject[]
  networks: SwarmNetwork[]
}

const ours = filters({ label: [`${namespaceLabel}=${stackName}`] })

/** Reads everything of our stack from a manager. */
export async function observe(engine: Engine): Promise<Observed> {
  const [services, tasks, nodes, configs, secrets, networks] = await Promise.all([
    engine.get<SwarmService[]>(`/services?${ours}`),
    engine.get<SwarmTask[]>(`/tasks?${ours}`),
    engine.get<SwarmNode[]>("/nodes"),
    engine.get<SwarmObject[]>(`/configs?${ours}`),
    engine.get<SwarmObject[]>(`/secrets?${ours}`),
    engine.get<SwarmNetwork[]>(`/networks?${ours}`),
  ])
  return { services, tasks, nodes, configs, secrets, networks }
}
