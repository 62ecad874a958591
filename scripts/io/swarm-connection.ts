import { setTimeout as delay } from "node:timers/promises"
import { type FleetFile, hostsOf } from "../deploy/fleet-file.ts"
import { nowMs } from "./clock.ts"
import { type Engine, isTransient, openEngine } from "./engine.ts"
import { Failure } from "./failure.ts"
import { HostKeyChanged, NoEntrance, openRemote, type Remote } from "./ssh.ts"
import type { State } from "./state.ts"

/** A way into the Swarm: one manager's Engine API and its shell. */
export interface SwarmConnection {
  fleet: FleetFile
  /** Name of the manager in use: another one after the first was lost. */
  manager(): string
  /** Managers that did not answer at first, with the reason. */
  unreachable: Unreachable[]
  /** Goes on through another manager when the one in use is lost. */
  engine: Engine
  remote: Remote
  close(): Promise<void>
}

interface Unreachable {
  host: string
  reason: string
}

interface Manager {
  name: string
  engine: Engine
}

/** An election of a new leader takes some 10 s; a host that is cut off is noticed in 15. */
const patienceSeconds = 60

/**
 * Connects to the first manager that answers and has quorum; meanwhile the
 * hosts in `soon` are connected to as well. Throws a Failure naming each
 * manager's answer when none does, and at once when a host key is not the
 * pinned one.
 */
export async function connectSwarm(
  fleet: FleetFile,
  state: State,
  soon: string[] = [],
): Promise<SwarmConnection> {
  const remote = openRemote(fleet, state)
  try {
    remote.reach(soon)
    const unreachable: Unreachable[] = []
    let current = await firstManager(fleet, remote, unreachable)
    const engine = persistent(
      () => current.engine,
      async () => {
        current.engine.close()
        current = await firstManager(fleet, remote, [])
      },
    )
    return {
      fleet,
      manager: () => current.name,
      unreachable,
      engine,
      remote,
      close: async () => {
        engine.close()
        await remote.close()
      },
    }
  } catch (error) {
    await remote.close()
    throw error
  }
}

async function firstManager(
  fleet: FleetFile,
  remote: Remote,
  unreachable: Unreachable[],
): Promise<Manager> {
  for (const { name } of hostsOf(fleet, "manager")) {
    let engine: Engine | undefined
    try {
      engine = openEngine(await remote.forward(name, "/run/docker.sock"))
      await engine.get("/swarm")
      return { name, engine }
    } catch (error) {
      engine?.close()
      if (error instanceof HostKeyChanged) throw error
      unreachable.push({ host: name, reason: error instanceof Error ? error.message : `${error}` })
      if (error instanceof NoEntrance) break
    }
  }
  const answers = unreachable.map(({ host, reason }) => `  ${host}: ${reason}`).join("\n")
  throw new Failure(
    `no manager of ${fleet.environment} can be used:\n${answers}\nIf the fleet is not up: npx quickcart up ${fleet.environment}`,
  )
}

/**
 * An engine that survives the loss of its manager: a call that was cut off is
 * sent again, through whichever manager answers, for up to a minute. Creating
 * by name and updating by version refuse to happen twice, so none does.
 */
function persistent(current: () => Engine, connect: () => Promise<void>): Engine {
  let connecting: Promise<void> | undefined
  // Calls that were cut off together look for one manager together.
  const reconnect = () => {
    connecting ??= connect().finally(() => {
      connecting = undefined
    })
    return connecting
  }
  const insist = async <T>(call: (engine: Engine) => Promise<T>): Promise<T> => {
    const end = nowMs() + patienceSeconds * 1000
    for (;;) {
      const engine = current()
      try {
        return await call(engine)
      } catch (error) {
        if (!isTransient(error) || nowMs() > end) throw error
        await delay(1000)
        // Another call that was cut off may have found a manager by now.
        if (engine !== current()) continue
        await reconnect().catch((failed) => {
          if (failed instanceof HostKeyChanged || nowMs() > end) throw failed
        })
      }
    }
  }
  return {
    get: (path) => insist((engine) => engine.get(path)),
    post: (path, body) => insist((engine) => engine.post(path, body)),
    remove: (path) => insist((engine) => engine.remove(path)),
    logs: (path) => insist((engine) => engine.logs(path)),
    close: () => current().close(),
  }
}
