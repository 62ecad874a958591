import { Failure } from "../../io/failure.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { atMost, atMostTime } from "../report.ts"
import { awaitDatabase, awaitReplica, inMember, sqlIn } from "./members.ts"
import { awaitReaders } from "./read-pool.ts"
import { alwaysBounds, underProbe } from "./under-probe.ts"

const megabytes = 500
const leaveSeconds = 30
const returnSeconds = 120

/** A replica that stops replaying is of no use to readers, until it caught up. */
export const replicaBehind: Drill = {
  name: "replica-behind",
  environment: "local-data",
  summary: "a replica falls 500 MB behind: it leaves the read pool, and returns by itself",
  onlyThorough: true,
  run: async (context) => {
    const primary = await awaitDatabase(context)
    const replica = await awaitReplica(context)
    const seconds = { left: 0, returned: 0 }
    const experience = await underProbe(context, async () => {
      const write = `select count(pg_logical_emit_message(false, 'drill', repeat('x', 1000000))) from generate_series(1, ${megabytes})`
      try {
        await signalReplay(context, replica, "STOP")
        await sqlIn(context, primary, write)
        seconds.left = await timed(() => awaitReaders(context, (names) => !names.includes(replica)))
      } finally {
        await signalReplay(context, replica, "CONT")
      }
      seconds.returned = await timed(() =>
        awaitReaders(context, (names) => names.includes(replica)),
      )
      return undefined
    })
    return {
      parameters: { megabytes, statementsPerSecond: 10 },
      samples: [seconds.left, seconds.returned],
      unit: "s (to leave, to return)",
      bounds: [
        atMostTime("until it had left the read pool (s)", seconds.left, leaveSeconds),
        atMostTime("until it was back (s)", seconds.returned, returnSeconds),
        atMost("failed writes", experience.write.failed, 0),
        atMost("acknowledged writes that were lost", experience.lost, 0),
        ...alwaysBounds([experience]),
      ],
      details: experience,
    }
  },
}

/** Stops or continues the process that replays: Patroni takes back `pg_wal_replay_pause()`. */
export async function signalReplay(
  context: DrillContext,
  host: string,
  signal: "STOP" | "CONT",
): Promise<void> {
  // The brackets keep the pattern from finding the shell that looks.
  const find = "grep -l '^postgres: .*startup [r]ecovering' /proc/[0-9]*/cmdline"
  const kill = `pid=$(${find} 2> /dev/null | cut -d / -f 3) && kill -${signal} $pid`
  const result = await inMember(context, host, kill)
  if (result.exitCode !== 0) throw new Failure(`${host}: no process replays the WAL`)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return Number(((performance.now() - start) / 1000).toFixed(1))
}
