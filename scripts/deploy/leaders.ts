import { waitFor } from "../io/clock.ts"
import type { SwarmConnection } from "../io/swarm-connection.ts"
import { balancerStates } from "./balancers.ts"
import type { Leader } from "./desired.ts"

/** What holds the fleet together on one of several hosts, and how it is moved. */
export interface LeaderKind {
  /** Host that leads now; undefined when none or more than one does. */
  current(connection: SwarmConnection): Promise<string | undefined>
  /** Makes sure that another host can lead before `host` is changed. Throws a Failure when none can. */
  prepare(connection: SwarmConnection, host: string): Promise<void>
}

const takeoverDeadlineSeconds = 60

/** The VIP moves by itself when its owner stops; somebody has to be there to take it. */
const vip: LeaderKind = {
  current: async (connection) => {
    const owners = (await balancerStates(connection.fleet, connection)).filter((b) => b.ownsVip)
    return owners.length === 1 ? owners[0]?.host : undefined
  },
  prepare: async (connection, host) => {
    await waitFor(
      `a load balancer besides ${host} to be able to take the VIP`,
      { deadlineSeconds: takeoverDeadlineSeconds },
      async () => {
        const states = await balancerStates(connection.fleet, connection)
        return states.some((state) => state.ready && state.host !== host) ? true : undefined
      },
    )
  },
}

export const leaderKinds: Record<Leader, LeaderKind> = { vip }
