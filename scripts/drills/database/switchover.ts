import type { Drill } from "../drill.ts"
import { distribution } from "../outage.ts"
import { atMost, atMostTime } from "../report.ts"
import { awaitDatabase, switchover } from "./members.ts"
import { alwaysBounds, type Experience, sum, underProbe } from "./under-probe.ts"

/** A planned change of the primary, by the command a person uses. */
export const plannedSwitchover: Drill = {
  name: "switchover",
  environment: "local-data",
  summary: "quickcart db switchover, twenty times (3 in npm test): nobody may get an error",
  run: async (context) => {
    const times = context.thorough ? 20 : 3
    const runs: Experience[] = []
    for (let i = 0; i < times; i += 1) {
      await awaitDatabase(context)
      const experience = await underProbe(context, async () => {
        context.report(`${i + 1}/${times}: ${await switchover(context)}`)
      })
      runs.push(experience)
    }
    const stalls = runs.map(({ write }) => Number((write.outageMs / 1000).toFixed(2)))
    return {
      parameters: { statementsPerSecond: 10, times },
      samples: stalls,
      unit: "s without a write",
      bounds: [
        atMost("failed writes", sum(runs.map(({ write }) => write.failed)), 0),
        atMost("failed reads", sum(runs.map(({ read }) => read.failed)), 0),
        atMost("acknowledged writes that were lost", sum(runs.map(({ lost }) => lost)), 0),
        atMostTime("99th percentile of the stall (s)", distribution(stalls).p99, 3),
        ...alwaysBounds(runs),
      ],
      details: runs,
    }
  },
}
