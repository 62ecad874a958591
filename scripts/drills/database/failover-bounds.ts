import { readFileSync } from "node:fs"
import { join } from "node:path"
import {
  etcdLeaderLossSeconds,
  hostLossSeconds,
  type WorstCase,
} from "../../../generators/patroni/failover.ts"
import { atMostTime, type Bound } from "../report.ts"

/** Longest write outage after the loss of the primary, its host or its postmaster, as the issue of this tier has it. */
export const failoverSeconds = 30

/** What was lost: a process that is started again, or hosts, for which there is an arithmetic. */
export type Loss = "process" | "host" | "host and etcd's leader"

/** One loss, and how long there was no write. */
export interface Outage {
  loss: Loss
  outageSeconds: number
}

/** The arithmetic of each loss that has one. */
export type WorstCases = Record<Exclude<Loss, "process">, WorstCase>

/** The arithmetic of an environment's README, for the lease that its cluster is given. */
export function worstCases(repository: string, environment: string): WorstCases {
  const file = join(repository, "stacks", environment, "configs/patroni/dynamic.json")
  const settings = JSON.parse(readFileSync(file, "utf8"))
  const failover = {
    ttlSeconds: settings.ttl,
    loopWaitSeconds: settings.loop_wait,
    retryTimeoutSeconds: settings.retry_timeout,
  }
  return {
    host: hostLossSeconds({ failover }),
    "host and etcd's leader": etcdLeaderLossSeconds({ failover }),
  }
}

/** Holds the longest outage to the promise, and that of each kind of loss to its arithmetic, term by term. */
export function outageBounds(outages: Outage[], worst: WorstCases): Bound[] {
  const longest = (some: Outage[]) => Math.max(...some.map(({ outageSeconds }) => outageSeconds))
  const ofKind = (["host", "host and etcd's leader"] as const).flatMap((loss) => {
    const some = outages.filter((outage) => outage.loss === loss)
    const { seconds, sum } = worst[loss]
    const what = `longest of ${some.length} with the ${loss} lost, at worst ${sum} (s)`
    return some.length === 0 ? [] : [atMostTime(what, longest(some), seconds)]
  })
  return [
    atMostTime("longest time without a write (s)", longest(outages), failoverSeconds),
    ...ofKind,
  ]
}
