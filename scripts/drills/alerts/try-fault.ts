import { lookUntil, nowMs } from "../../io/clock.ts"
import { messageOf } from "../../io/failure.ts"
import { onInterrupt } from "../../io/interrupt.ts"
import type { MonitoringAccess } from "../../monitoring/access.ts"
import type { Fault } from "./fault.ts"
import { faults } from "./faults.ts"
import { deadlineSeconds, firingFrom, provesRunbooksOf, type Tried } from "./judge.ts"
import { isOn } from "./record.ts"
import type { Trial } from "./trial.ts"
import { faultContext, type Repairs, repairAll } from "./while-broken.ts"

/** From a repair until the last alert of it has ended: a start, two scrapes and two looks. */
const settleSeconds = 120
/** An alert that comes so much after its time is late; one that does not, missing. */
const patienceSeconds = 60
/** Alertmanager hears of an alert at the next look, and of what holds it back too. */
const heldBackSeconds = 45

const nowSeconds = () => nowMs() / 1000

/**
 * Breaks one thing, waits for its alerts while their runbooks are run, and repairs it whatever happened.
 * What goes wrong before the repair is in the result; throws a Failure when the repair does.
 */
export async function tryFault(trial: Trial, fault: Fault): Promise<Tried> {
  const { context, monitoring, by } = trial
  const say = (line: string) => context.report(`${fault.name}: ${line}`)
  const onBefore = await awaitQuiet(trial, fault)
  const repairs: Repairs = []
  const forget = onInterrupt(() => repairAll(repairs))
  const beganAt = nowSeconds()
  const tried = { fault, beganAt, brokenAt: beganAt, holdsAfterSeconds: 0 }
  const seen: Pick<Tried, "heldBack" | "commands"> = { heldBack: [], commands: [] }
  if (onBefore.length > 0) say(`on before it began: ${onBefore.join(", ")}`)
  let error: string | null = null
  say(fault.summary)
  try {
    const broken = await fault.break(faultContext(trial, repairs))
    tried.brokenAt = nowSeconds()
    tried.holdsAfterSeconds = broken?.holdsAfterSeconds ?? 0
    const looking = trial.look(provesRunbooksOf(fault, faults), broken?.downHosts)
    // Its error is thrown below; one that comes before must not end the process.
    looking.catch(() => undefined)
    await awaitFired(trial, tried)
    seen.heldBack = await heldBack(monitoring, fault)
    seen.commands = await looking
  } catch (failure) {
    error = messageOf(failure)
    say(error)
  } finally {
    await repairAll(repairs)
    forget()
  }
  const repairedAt = nowSeconds()
  await awaitSilence(trial, fault)
  say(`repaired and over after ${Math.round(nowSeconds() - beganAt)} s`)
  // A look that found an alert just before the end is read by the next question only.
  const endedAt = nowSeconds() + by.pace.evaluationSeconds
  return { ...tried, ...seen, onBefore, error, repairedAt, endedAt }
}

/** Alerts of a fault that are on still, when those that do not look back have had time to end. */
async function awaitQuiet({ watch, by }: Trial, { must }: Fault): Promise<string[]> {
  const on = (expected: Fault["must"]) =>
    expected
      .map(({ alert }) => alert)
      .filter((alert) => isOn(watch.spans(), alert, nowSeconds(), by.pace.evaluationSeconds))
  const short = must.filter(({ lingers }) => lingers !== true)
  const options = { deadlineSeconds: settleSeconds, intervalMs: 2000 }
  await lookUntil(
    options,
    async () => on(short),
    (still) => still.length === 0,
  )
  return on(must)
}

async function awaitFired(
  { watch, by }: Trial,
  tried: Pick<Tried, "fault" | "beganAt" | "brokenAt" | "holdsAfterSeconds">,
): Promise<void> {
  const { fault, beganAt } = tried
  const longest = Math.max(...fault.must.map((one) => deadlineSeconds(one, by, tried)))
  const spent = nowSeconds() - beganAt
  const options = { deadlineSeconds: longest + patienceSeconds - spent, intervalMs: 1000 }
  await lookUntil(
    options,
    async () => watch.spans(),
    (spans) =>
      fault.must.every(({ alert }) => firingFrom(spans, alert, { beganAt, endedAt: Infinity })),
  )
}

/** The alerts of a fault that Alertmanager holds back, as soon as it does so with all that have to be. */
async function heldBack(monitoring: MonitoringAccess, { must }: Fault): Promise<string[]> {
  const wanted = must.filter(({ heldBackBy }) => heldBackBy).map(({ alert }) => alert)
  if (wanted.length === 0) return []
  const options = { deadlineSeconds: heldBackSeconds, intervalMs: 3000 }
  return lookUntil(
    options,
    async () => {
      const firing = await monitoring.firing()
      const suppressed = firing.filter((alert) => alert.suppressed).map(({ name }) => name)
      return wanted.filter((alert) => suppressed.includes(alert))
    },
    (found) => found.length === wanted.length,
  )
}

async function awaitSilence({ watch, by }: Trial, { must }: Fault): Promise<void> {
  const options = { deadlineSeconds: settleSeconds, intervalMs: 2000 }
  await lookUntil(
    options,
    async () => watch.spans(),
    (spans) =>
      must
        .filter(({ lingers }) => lingers !== true)
        .every(({ alert }) => !isOn(spans, alert, nowSeconds(), by.pace.evaluationSeconds)),
  )
}
