import { waitFor } from "../../io/clock.ts"
import { fleetStatus } from "../../status.ts"
import type { DrillContext } from "../drill.ts"
import { atMost, type Bound } from "../report.ts"

/** The first fault of the database in `status` that holds a word; empty when there is none in time. */
export async function awaitSymptom(
  context: DrillContext,
  word: string,
  deadlineSeconds = 60,
): Promise<string> {
  const symptom = await waitFor("status to name it", { deadlineSeconds }, async () => {
    const { database } = await fleetStatus(context.fleet, context.state)
    return database?.faults.find((fault) => fault.includes(word))
  }).catch(() => "")
  context.report(`status said: ${symptom || "nothing"}`)
  return symptom
}

/** Holds a drill to having been seen in `status`. */
export function symptomBound(symptom: string): Bound {
  return atMost("symptoms that status did not show", symptom === "" ? 1 : 0, 0)
}
