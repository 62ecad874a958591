import { nowMs } from "../../io/clock.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { awaitHealthy } from "../fleet-access.ts"
import { atMost, atMostTime, type Measured } from "../report.ts"
import type { Fault } from "./fault.ts"
import { faults, promtoolOnly, watchdog } from "./faults.ts"
import { falseAlerts, mustResults } from "./judge.ts"
import { type Coverage, coverageLines, coveragePage } from "./page.ts"
import type { WatchedBy } from "./rules.ts"
import { sideBySide } from "./side-by-side.ts"
import { type Trial, underWatch } from "./trial.ts"
import { tryFault } from "./try-fault.ts"

/** Breaks one thing after another and looks which alerts fire, when, and which do not. */
export const alertCoverage: Drill = {
  name: "alert-coverage",
  environment: "local-data",
  summary: `${faults.length} faults (${faults.filter(({ fast }) => fast).length} in npm test): what fires, within how many seconds, and what does not; and every runbook's look`,
  parts: faults.map(({ name }) => name),
  run: (context) => underWatch(context, (trial) => cover(trial, chosenFaults(context))),
}

/** Those that were asked for, else all, else those that each test run can afford. */
function chosenFaults({ only = [], thorough }: DrillContext): Fault[] {
  if (only.length > 0) return faults.filter(({ name }) => only.includes(name))
  return faults.filter(({ fast }) => thorough || fast === true)
}

async function cover(trial: Trial, chosen: readonly Fault[]): Promise<Measured> {
  const { context, watch, by } = trial
  const since = nowMs() / 1000
  const tried = await sideBySide(chosen, (fault) => tryFault(trial, fault))
  await awaitHealthy(context)
  await watch.stop()
  // A fleet that is well has nothing to show for alerts that no fault fires, but the commands have to work.
  const isWhole = chosen.length === faults.length
  const unfired = [...Object.keys(promtoolOnly), watchdog].filter((alert) => by.rules.has(alert))
  const healthy = isWhole ? await trial.look(unfired) : []
  const spans = watch.spans()
  const coverage: Coverage = {
    environment: context.fleet.environment,
    alerts: [...by.rules.keys()],
    tried: tried.map((one) => ({ ...one, must: mustResults(one, spans, by) })),
    spans,
    falseAlerts: falseAlerts(tried, spans, { since, always: watchdog }),
    promtoolOnly,
    watchdog,
    healthy,
  }
  for (const line of coverageLines(coverage)) context.report(line)
  return measured(coverage, by, watch.blindSeconds())
}

function measured(coverage: Coverage, { pace }: WatchedBy, blindSeconds: number): Measured {
  const must = coverage.tried.flatMap((tried) => tried.must)
  const fired = must.filter(({ seconds }) => seconds !== null)
  const missing = must.filter(({ verdict }) => verdict === "missing")
  const commands = [...coverage.tried.flatMap((tried) => tried.commands), ...coverage.healthy]
  const share = fired.map(({ seconds, boundSeconds }) => ((seconds ?? 0) / boundSeconds) * 100)
  const count = (list: readonly unknown[]) => list.length
  return {
    parameters: { pace, faults: coverage.tried.map(({ fault }) => fault.name) },
    samples: fired.map(({ seconds }) => seconds ?? 0),
    unit: "s until an alert fired",
    bounds: [
      atMost("alerts that had to fire and did not", count(missing), 0),
      atMost("false alerts", count(coverage.falseAlerts), 0),
      atMostTime("most of its time that an alert took (%)", Math.round(Math.max(0, ...share)), 100),
      atMost(
        "alerts that had to be held back and were not",
        count(must.filter(({ heldBack }) => heldBack === false)),
        0,
      ),
      atMost("commands of runbooks that did not run", count(commands.filter((c) => !c.ran)), 0),
      atMost(
        "faults that could not be tried to the end",
        count(coverage.tried.filter(({ error }) => error !== null)),
        0,
      ),
      atMost("seconds in which nobody looked", blindSeconds, 0),
    ],
    details: {
      ...coverage,
      tried: coverage.tried.map((one) => ({ ...one, fault: one.fault.name })),
    },
    page: coveragePage(coverage),
  }
}
