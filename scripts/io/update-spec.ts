import { type Engine, EngineFailure } from "./engine.ts"

interface Versioned {
  Version: { Index: number }
  Spec: unknown
}

/** Enough for one change by Swarm itself on every attempt of a busy second. */
const attempts = 8

/**
 * Changes a service, node or config at `path` (e.g. `/nodes/<id>`): reads it,
 * sends back what `edit` makes of it, and starts over when somebody changed it
 * in between. Swarm does so itself (a node's state, a rollout's progress).
 * Throws the EngineFailure of the last attempt.
 */
export async function updateSpec<T extends Versioned>(
  engine: Engine,
  path: string,
  edit: (live: T) => T["Spec"],
): Promise<void> {
  for (let left = attempts; ; left -= 1) {
    const live = await engine.get<T>(path)
    try {
      await engine.post(`${path}/update?version=${live.Version.Index}`, edit(live))
      return
    } catch (error) {
      const conflict = error instanceof EngineFailure && error.message.includes("out of sequence")
      if (!conflict || left <= 1) throw error
    }
  }
}
