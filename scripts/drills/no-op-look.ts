import { nowMs } from "../io/clock.ts"
import type { Drill } from "./drill.ts"
import { distribution } from "./outage.ts"
import { atMost, atMostTime } from "./report.ts"
import { withWorkbench } from "./under-load.ts"

const limitSeconds = 3

/** The two questions that people and the hourly job ask most, as whole commands. */
export const noOpLook: Drill = {
  name: "no-op-look",
  summary: "plan and drift of an unchanged fleet over SSH: nothing found, each under 3 s",
  run: (context) =>
    withWorkbench(context, async (bench) => {
      const repetitions = context.thorough ? 10 : 3
      const seconds: Record<"plan" | "drift", number[]> = { plan: [], drift: [] }
      let found = 0
      for (let i = 0; i < repetitions; i += 1) {
        for (const verb of ["plan", "drift"] as const) {
          const start = nowMs()
          const result = await bench.quickcart(verb, "local")
          seconds[verb].push(Number(((nowMs() - start) / 1000).toFixed(2)))
          if (result.exitCode === 0) continue
          found += 1
          context.report(`${verb}: exit ${result.exitCode}\n${result.stdout}${result.stderr}`)
        }
      }
      return {
        parameters: { repetitions, of: "the whole command, its start included" },
        samples: [...seconds.plan, ...seconds.drift],
        unit: "s",
        bounds: [
          atMost("looks that found something", found, 0),
          atMostTime("median plan (s)", distribution(seconds.plan).median, limitSeconds),
          atMostTime("median drift (s)", distribution(seconds.drift).median, limitSeconds),
        ],
        details: seconds,
      }
    }),
}
