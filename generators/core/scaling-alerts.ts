import type { Alert, Series } from "./monitoring.ts"

/** A load that lasts as long is no peak: time to act on it in working hours. */
const sustainedSeconds = 900

/** A trigger that is passed and left again every few minutes is one alert, not many. */
const keepFiringSeconds = 900

export interface ScalingTrigger extends Pick<Alert, "name" | "expression" | "summary"> {
  /** The spec's number as people read it, e.g. `70%`. */
  limit: string
  /** What the tier needs, e.g. `larger load balancers`. */
  remedy: string
  /** Series just past the limit, and just short of it. */
  above: Series
  /** Another way to be past it, of an expression with two parts. */
  aboveToo?: Series
  below: Series
}

/** A ticket for a load at which the spec says that a tier has to grow. */
export function scalingTrigger(trigger: ScalingTrigger): Alert {
  const { name, expression, summary, limit, remedy, above, aboveToo, below } = trigger
  // Rates are there after five minutes.
  const beyond = (series: Series) => ({
    when: "the load is just above the trigger",
    series,
    atMinutes: 25,
  })
  return {
    name,
    severity: "warning",
    expression,
    forSeconds: sustainedSeconds,
    keepFiringSeconds,
    summary,
    description: `The spec's trigger is ${limit}: the tier needs ${remedy}.`,
    tests: {
      fires: beyond(above),
      ...(aboveToo === undefined ? {} : { firesToo: [beyond(aboveToo)] }),
      silent: { when: "the load is just below the trigger", series: below, atMinutes: 40 },
    },
  }
}
