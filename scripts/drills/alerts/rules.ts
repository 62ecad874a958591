import { join } from "node:path"
import { parse } from "yaml"
import { Failure } from "../../io/failure.ts"
import { list, readParsed } from "../../io/files.ts"

/** An alert as a fleet's rule files have it. */
export interface Rule {
  alert: string
  expression: string
  severity: string
  forSeconds: number
}

/** How often a fleet's Prometheus asks and looks, in seconds. */
export interface Pace {
  scrapeSeconds: number
  /** A target that is gone is known to be only when its scrape gives up. */
  scrapeTimeoutSeconds: number
  evaluationSeconds: number
}

export interface WatchedBy {
  pace: Pace
  /** By alert. */
  rules: ReadonlyMap<string, Rule>
}

/** The rules and the pace of an environment as they are committed. Throws a Failure without any. */
export function readRules(repository: string, environment: string): WatchedBy {
  const directory = join(repository, "stacks", environment, "configs", "prometheus")
  const remedy = `Render it again: npx quickcart render ${environment}`
  const files = list(join(directory, "rules"))
  if (files.length === 0)
    throw new Failure(`${environment} has no monitoring, so no alert can fire`)
  return {
    pace: readParsed(join(directory, "prometheus.yml"), paceOf, remedy),
    rules: new Map(
      files
        .flatMap((file) => readParsed(join(directory, "rules", file), rulesOf, remedy))
        .map((rule) => [rule.alert, rule]),
    ),
  }
}

/** The pace that a `prometheus.yml` asks for. */
export function paceOf(text: string): Pace {
  const { global } = parse(text)
  return {
    scrapeSeconds: promSeconds(global.scrape_interval),
    scrapeTimeoutSeconds: promSeconds(global.scrape_timeout),
    evaluationSeconds: promSeconds(global.evaluation_interval),
  }
}

/** The alerts of one rule file. */
export function rulesOf(text: string): Rule[] {
  const { groups } = parse(text) as {
    groups: { rules: { alert?: string; expr: string; for?: string; labels?: Labels }[] }[]
  }
  return groups
    .flatMap(({ rules }) => rules)
    .flatMap(({ alert, expr, for: pending = "0s", labels }) =>
      alert === undefined
        ? []
        : [
            {
              alert,
              expression: expr,
              severity: labels?.severity ?? "",
              forSeconds: promSeconds(pending),
            },
          ],
    )
}

type Labels = Record<string, string>

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds of a Prometheus duration such as `90s`, `1h30m`. Throws a Failure on anything else. */
export function promSeconds(text: string): number {
  const parts = [...text.matchAll(/(\d+)([smhd])/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
    throw new Failure(`"${text}" is no duration of Prometheus's, such as 15s or 1h30m`)
  }
  return parts.reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (unitSeconds[unit] ?? 0),
    0,
  )
}

/** Between the host's clock and what it was busy with: a quarter of a minute on a shared machine. */
const marginSeconds = 15

/**
 * Most seconds from what an alert asks being true until it fires: the scrape that sees it, the
 * look that finds it, `for`, and what the expression itself looks back.
 */
export function boundSeconds({ expression, forSeconds }: Rule, pace: Pace): number {
  const { scrapeSeconds, scrapeTimeoutSeconds, evaluationSeconds } = pace
  const looks = Math.ceil(forSeconds / evaluationSeconds) * evaluationSeconds
  return (
    scrapeSeconds +
    scrapeTimeoutSeconds +
    evaluationSeconds +
    looks +
    looksBackSeconds(expression) +
    marginSeconds
  )
}

/** What is older than now in an expression: offsets, and the step of subqueries. */
function looksBackSeconds(expression: string): number {
  const found = expression.matchAll(/\boffset (\w+)|\[\w+:(\w+)\]/g)
  return Math.max(0, ...[...found].map(([, offset, step]) => promSeconds(offset ?? step ?? "0s")))
}

/** Total and bad answers by window, e.g. `1h`, as Prometheus counted them. */
export type Answers = Record<string, { total: number; bad: number }>

/** A rule on the burn of an error budget. */
export interface Burning {
  /** Prefix of the promise's recorded series, e.g. `shop:availability`. */
  promise: string
  /** Windows that the burn is looked at in, in the order of the rule. */
  windows: { window: string; above: number }[]
}

/** What a burn-rate alert looks at. Throws a Failure on any other alert. */
export function burning({ alert, expression }: Rule): Burning {
  const found = [...expression.matchAll(/([\w:]+):bad_ratio_rate(\w+) > ([\d.]+)/g)]
  const promise = found[0]?.[1]
  if (promise === undefined) throw new Failure(`${alert} is not about the burn of an error budget`)
  return {
    promise,
    windows: found.map(([, , window = "", above = ""]) => ({ window, above: Number(above) })),
  }
}

/**
 * How many more bad answers make a burn-rate alert true: of each pair of windows, both have
 * to be above their limit, and one pair is enough.
 */
export function eventsToBurn(rule: Rule, answers: Answers): number {
  const needed = burning(rule).windows.map(({ window, above }) => {
    const { total = 0, bad = 0 } = answers[window] ?? {}
    // (bad + more) / (total + more) = above
    return Math.max(0, (above * total - bad) / (1 - above))
  })
  const pairs = needed.flatMap((first, index) =>
    index % 2 === 0 ? [Math.max(first, needed[index + 1] ?? 0)] : [],
  )
  return Math.ceil(Math.min(...pairs))
}
