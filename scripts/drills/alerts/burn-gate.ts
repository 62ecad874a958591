import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { nowMs, waitFor } from "../../io/clock.ts"
import { errorBudget } from "../../monitoring/error-budget.ts"
import type { Drill } from "../drill.ts"
import { atMost } from "../report.ts"
import { difference, specHashes, withWorkbench } from "../under-load.ts"
import type { Workbench } from "../workbench.ts"
import { serverErrors } from "./promise-faults.ts"
import { type Trial, underWatch } from "./trial.ts"
import { whileBroken } from "./while-broken.ts"

const burns = "AvailabilityBurnsFast"
const rule = "slo-burn"
/** What a fleet of hours needs until the errors are many enough. */
const burnDeadlineSeconds = 1200

/** Apply changes nothing while visitors are failed already, unless it is told to. */
export const burnGate: Drill = {
  name: "burn-gate",
  environment: "local-data",
  summary:
    "visitors get errors until the budget burns: apply refuses a change, and makes it when told to",
  onlyThorough: true,
  run: (context) =>
    withWorkbench(context, (bench) =>
      underWatch(context, async (trial) => {
        await bench.change(bench.environment, ["edge", "timeouts"], { queue: "4s" })
        await likeProduction(bench)
        const before = await specHashes(context)
        const start = nowMs()
        const { seconds, refused, changed, forced } = await whileBroken(
          trial,
          serverErrors.break,
          async () => {
            await awaitBurning(trial)
            const seconds = Math.round((nowMs() - start) / 1000)
            const refused = await bench.quickcart("apply", bench.environment)
            const changed = difference(before, await specHashes(context))
            const forced = await bench.quickcart("apply", bench.environment, "--override", rule)
            return { seconds, refused, changed, forced }
          },
        )
        context.report(refused.stderr)
        const says = ["nothing was changed", `${burns} fires`, `--override ${rule}`]
        return {
          parameters: { rule },
          samples: [seconds],
          unit: "s of errors until apply refused",
          bounds: [
            atMost("exit codes of the refusal other than 1", refused.exitCode === 1 ? 0 : 1, 0),
            atMost(
              "parts of the refusal missing",
              says.filter((part) => !refused.stderr.includes(part)).length,
              0,
            ),
            atMost("services that it changed all the same", changed, 0),
            atMost("overridden applies that failed", forced.exitCode === 0 ? 0 : 1, 0),
            atMost(
              "overridden applies that changed nothing",
              difference(before, await specHashes(context)) > 0 ? 0 : 1,
              0,
            ),
          ],
          details: { refused: refused.stderr, forced: forced.stdout },
        }
      }),
    ),
}

/** The guard only warns of what is broken on purpose: the copy's fleet says that its visitors are real. */
async function likeProduction({ directory, environment, git }: Workbench): Promise<void> {
  const file = join(directory, "stacks", environment, "fleet.json")
  const fleet = JSON.parse(readFileSync(file, "utf8"))
  writeFileSync(file, `${JSON.stringify({ ...fleet, tier: "production" }, null, 2)}\n`)
  await git("commit", "--quiet", "--all", "--message", "Take the visitors for real")
}

function awaitBurning({ context, monitoring }: Trial): Promise<true> {
  const options = { deadlineSeconds: burnDeadlineSeconds, intervalMs: 5000 }
  return waitFor(`${burns} to fire`, options, async () => {
    const budget = await errorBudget(monitoring, nowMs())
    if (budget === undefined || "unknown" in budget) return undefined
    if (!budget.burning.includes(burns)) return undefined
    context.report(`${burns} fires`)
    return true as const
  })
}
