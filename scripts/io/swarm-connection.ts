import { type FleetFile, hostsOf } from "../deploy/fleet-file.ts"
import { type Engine, openEngine } from "./engine.ts"
import { Failure } from "./failure.ts"
import { HostKeyChanged, openRemote, type Remote } from "./ssh.ts"
import type { State } from "./state.ts"

/** A way into the Swarm: one manager's Engine API and its shell. */
export interface SwarmConnection {
  fleet: FleetFile
  manager: string
  /** Managers that did not answer, with the reason. */
  unreachable: { host: string; reason: string }[]
  engine: Engine
  remote: Remote
  close(): Promise<void>
}

/**
 * Connects to the first manager that answers and has quorum. Throws a Failure
 * naming each manager's answer when none does, and at once when a host key
 * is not the pinned one.
 */
export async function connectSwarm(fleet: FleetFile, state: State): Promise<SwarmConnection> {
  const remote = openRemote(fleet, state)
  const unreachable: { host: string; reason: string }[] = []
  try {
    for (const { name } of hostsOf(fleet, "manager")) {
      let engine: Engine | undefined
      try {
        engine = openEngine(await remote.forward(name, "/run/docker.sock"))
        await engine.get("/swarm")
        const opened = engine
        return {
          fleet,
          manager: name,
          unreachable,
          engine,
          remote,
          close: async () => {
            opened.close()
            await remote.close()
          },
        }
      } catch (error) {
        engine?.close()
        if (error instanceof HostKeyChanged) throw error
        unreachable.push({
          host: name,
          reason: error instanceof Error ? error.message : `${error}`,
        })
      }
    }
  } catch (error) {
    await remote.close()
    throw error
  }
  await remote.close()
  const answers = unreachable.map(({ host, reason }) => `  ${host}: ${reason}`).join("\n")
  throw new Failure(
    `no manager of ${fleet.environment} can be used:\n${answers}\nIf the fleet is not up: npx quickcart up ${fleet.environment}`,
  )
}
