import { Listr } from "listr2"
import { nowMs } from "./io/clock.ts"

export interface Step {
  title: string
  /** `report` shows a line of detail under the running step. */
  run(report: (line: string) => void): Promise<void>
}

/**
 * Runs steps in order, with elapsed time for each: a live list on a terminal,
 * plain lines elsewhere (CI, pipes, --json).
 */
export async function runSteps(steps: Step[]): Promise<void> {
  if (process.stdout.isTTY !== true || process.env.CI !== undefined) return runPlain(steps)
  const list = new Listr(
    steps.map((step) => ({
      title: step.title,
      task: async (_, task) => {
        const start = nowMs()
        await step.run((line) => {
          task.output = line
        })
        task.title = `${step.title} (${elapsed(start)})`
      },
      rendererOptions: { outputBar: 3, persistentOutput: false },
    })),
    { exitOnError: true, rendererOptions: { collapseErrors: false, showErrorMessage: false } },
  )
  await list.run()
}

async function runPlain(steps: Step[]): Promise<void> {
  for (const step of steps) {
    const start = nowMs()
    process.stdout.write(`> ${step.title}\n`)
    await step.run((line) => process.stdout.write(`    ${line}\n`))
    process.stdout.write(`  done in ${elapsed(start)}\n`)
  }
}

function elapsed(startMs: number): string {
  return `${((nowMs() - startMs) / 1000).toFixed(1)} s`
}
