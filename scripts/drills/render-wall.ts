import { nowMs } from "../io/clock.ts"
import { run } from "../io/command.ts"
import type { Drill } from "./drill.ts"
import { distribution } from "./outage.ts"
import { atMostTime } from "./report.ts"

const repetitions = 5

/** The command as people run it, start of the process included. */
export const renderWall: Drill = {
  name: "render-all",
  summary: "render every environment: under a second by the clock",
  run: async ({ repository }) => {
    const samples: number[] = []
    for (let i = 0; i < repetitions; i += 1) {
      const start = nowMs()
      const argv = [process.execPath, "scripts/quickcart.js", "render", "--check"]
      await run(argv, { workingDirectory: repository })
      samples.push(Math.round(nowMs() - start))
    }
    return {
      parameters: { repetitions },
      samples,
      unit: "ms",
      bounds: [atMostTime("median wall time (ms)", distribution(samples).median, 1000)],
    }
  },
}
