import { openDatabase } from "../db/access.ts"
import { clusterFaults, isInPlace, leaderOf } from "../db/cluster.ts"
import { switchover } from "../db/switchover.ts"
import { waitFor } from "../io/clock.ts"
import { Failure, messageOf } from "../io/failure.ts"
import type { SwarmConnection } from "../io/swarm-connection.ts"
import { balancerStates, handOverVip } from "./balancers.ts"
import type { Leader } from "./desired.ts"

/** What holds the fleet together on one of several hosts, and how it is moved. */
export interface LeaderKind {
  /** Host that leads now; undefined when none or more than one does. */
  current(connection: SwarmConnection): Promise<string | undefined>
  /** Makes sure that another host can lead, or does, before `host` is changed. Throws a Failure when none can. */
  prepare(connection: SwarmConnection, host: string, report: (line: string) => void): Promise<void>
  /** Waits after a change of `host` until the next may be changed. Throws a Failure at the deadline. */
  settle?(connection: SwarmConnection, host: string): Promise<void>
}

const takeoverDeadlineSeconds = 60

/** How long a member of the database that was restarted may take to catch up. */
const catchUpDeadlineSeconds = 180

/** The VIP leaves before its owner is changed: moving by itself, when that stops, it would cut connections. */
const vip: LeaderKind = {
  current: async (connection) => {
    const owners = (await balancerStates(connection.fleet, connection)).filter((b) => b.ownsVip)
    return owners.length === 1 ? owners[0]?.host : undefined
  },
  prepare: async (connection, host, report) => {
    await waitFor(
      `a load balancer besides ${host} to be able to take the VIP`,
      { deadlineSeconds: takeoverDeadlineSeconds },
      async () => {
        const states = await balancerStates(connection.fleet, connection)
        return states.some((state) => state.ready && state.host !== host) ? true : undefined
      },
    )
    // Should it fail, the VIP moves by itself when the owner stops.
    try {
      await handOverVip(connection.fleet, connection, host)
      report(`${host} handed the VIP over`)
    } catch (error) {
      const reason = messageOf(error)
      report(`warning: the VIP will leave ${host} with its connections open: ${reason}`)
    }
  },
}

/** The primary hands over first: an update that stopped it would cost an election. */
const primary: LeaderKind = {
  // A database that does not answer has nobody to hand over, and may be what the deploy mends.
  current: async ({ fleet, remote }) => {
    try {
      return leaderOf(await openDatabase(fleet, remote).cluster())?.name
    } catch (error) {
      if (error instanceof Failure) return undefined
      throw error
    }
  },
  prepare: async ({ fleet, remote }, host, report) => {
    const database = openDatabase(fleet, remote)
    await waitFor(
      `the other members to stream from ${host}`,
      { deadlineSeconds: takeoverDeadlineSeconds },
      async () => {
        const faults = clusterFaults(await database.cluster(), database.members)
        return faults.length === 0 ? true : undefined
      },
    )
    if (leaderOf(await database.cluster())?.name !== host) return
    const { from, to, stallSeconds } = await switchover(database, undefined, report)
    report(`${from} handed over to ${to}; queries waited ${stallSeconds.toFixed(1)} s`)
  },
  // Healthy it is as soon as it runs; until it streams, the next one must not stop.
  settle: async ({ fleet, remote }, host) => {
    const database = openDatabase(fleet, remote)
    await waitFor(
      `${host} to have its place in the database's cluster again`,
      { deadlineSeconds: catchUpDeadlineSeconds },
      async () => (isInPlace(await database.cluster(), host) ? true : undefined),
    )
  },
}

const none: LeaderKind = { current: async () => undefined, prepare: async () => undefined }

export type LeaderKinds = Record<Leader, LeaderKind>

export const leaderKinds: LeaderKinds = { vip, primary, none }

/** The host that leads now, by leader; undefined where none or more than one does. */
export async function leadingHosts(
  leaders: readonly Leader[],
  connection: SwarmConnection,
  kinds: LeaderKinds = leaderKinds,
): Promise<Map<Leader, string | undefined>> {
  const hosts = [...new Set(leaders)].map(
    async (leader) => [leader, await kinds[leader].current(connection)] as const,
  )
  return new Map(await Promise.all(hosts))
}
