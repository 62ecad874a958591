import { nowMs } from "../io/clock.ts"
import { run } from "../io/command.ts"
import { distribution } from "./outage.ts"

const starts = 5
/** Start and end of Node on the 2 cores that the bounds were set for, with an idle box on them. */
const nominalStartMs = 120

/**
 * How many times longer than nominal this machine takes just now to start a
 * process; 1 when it is as quick or quicker. A virtual machine whose host is
 * busy shows no load of its own, only that everything takes longer.
 */
export async function machinePace(): Promise<number> {
  const samples: number[] = []
  for (let i = 0; i < starts; i += 1) {
    const start = nowMs()
    await run([process.execPath, "-e", "0"])
    samples.push(nowMs() - start)
  }
  return Math.max(1, Number((distribution(samples).median / nominalStartMs).toFixed(2)))
}
