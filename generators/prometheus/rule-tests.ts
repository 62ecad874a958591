import type { Contributions } from "../core/component.ts"
import type { Alert, AlertTest, Monitored, Recording, Series } from "../core/monitoring.ts"
import { stringifyYaml } from "../core/yaml.ts"

/** The one alert of a healthy fleet. */
export const watchdog = "Watchdog"

/** How long the healthy fleet is watched, in minutes. */
const healthyMinutes = 30

/** Series of tests have a value a minute. */
const seriesSeconds = 60

/** How often a series has a value in tests, and so the shortest scrape interval they know. */
export const testIntervalSeconds = seriesSeconds

/** How often rules are looked at in most tests. */
const shortestEvaluationSeconds = 15

/** Where a component's rules lie, seen from the rendered files. */
export function rulePath(component: string): string {
  return `configs/prometheus/rules/${component}.yml`
}

/** promtool's file of tests for one component: each alert firing and silent. */
export function ruleTests(all: Contributions, component: string, own: Monitored): string {
  const healthy = healthySeries(all)
  return testFile([component], evaluationSeconds(own), [
    ...own.recordings.flatMap((recording) => recordingTest(own, healthy, recording)),
    ...own.alerts.flatMap((alert) => {
      const { fires, firesToo = [], silent, silentToo = [] } = alert.tests
      const firing = [fires, ...firesToo]
      const quiet = silent === null ? [] : [silent, ...silentToo]
      return [
        ...firing.map((test) => alertTest(own, healthy, alert, test, true)),
        ...quiet.map((test) => alertTest(own, healthy, alert, test, false)),
      ]
    }),
  ])
}

/** promtool's file with the test that a healthy fleet fires nothing but the watchdog. */
export function healthyTest(all: Contributions): string {
  return testFile(
    all.monitored.map(({ component }) => component),
    shortestEvaluationSeconds,
    [
      {
        name: "a healthy fleet",
        interval: "1m",
        input_series: inputSeries(healthySeries(all)),
        promql_expr_test: [
          {
            expr: 'group by (alertname) (ALERTS{alertstate="firing"})',
            eval_time: minutes(healthyMinutes),
            exp_samples: [{ labels: `{alertname="${watchdog}"}`, value: 1 }],
          },
        ],
      },
    ],
  )
}

/** promtool's file with the test that each of the expressions has a result in a healthy fleet that shows `series` too. */
export function resultsTest(all: Contributions, series: Series, expressions: string[]): string {
  return testFile(["*"], seriesSeconds, [
    {
      name: "every panel shows something in a healthy fleet",
      interval: "1m",
      input_series: inputSeries({ ...series, ...healthySeries(all) }),
      promql_expr_test: expressions.map((expression) => ({
        expr: `count(${expression}) > bool 0`,
        eval_time: minutes(healthyMinutes),
        exp_samples: [{ labels: "{}", value: 1 }],
      })),
    },
  ])
}

/** Tests of slow burns last a day: those rules are looked at once a minute, as their series go. */
function evaluationSeconds({ alerts }: Monitored): number {
  const isCoarse = alerts.every(({ forSeconds }) => forSeconds % seriesSeconds === 0)
  return isCoarse ? seriesSeconds : shortestEvaluationSeconds
}

function testFile(components: string[], evaluation: number, tests: unknown[]): string {
  return stringifyYaml({
    rule_files: components.map((component) => `/stack/${rulePath(component)}`),
    evaluation_interval: `${evaluation}s`,
    tests,
  })
}

function alertTest(
  own: Monitored,
  healthy: Series,
  alert: Alert,
  { when, series, atMinutes }: AlertTest,
  fires: boolean,
) {
  return {
    name: `${alert.name} ${fires ? "fires" : "is silent"}: ${when}`,
    interval: "1m",
    input_series: inputSeries({ ...readBy(own, alert.expression, healthy), ...series }),
    promql_expr_test: [
      {
        expr: `group(ALERTS{alertname="${alert.name}",alertstate="firing"})`,
        eval_time: minutes(atMinutes),
        exp_samples: fires ? [{ labels: "{}", value: 1 }] : [],
      },
    ],
  }
}

/** How far a recorded value may be from the one that is expected. */
const tolerance = 1e-6

function recordingTest(own: Monitored, healthy: Series, { name, expression, test }: Recording) {
  if (test === undefined) return []
  const { when, series, atMinutes, value } = test
  return [
    {
      name: `${name} is ${value}: ${when}`,
      interval: "1m",
      input_series: inputSeries({ ...readBy(own, expression, healthy), ...series }),
      promql_expr_test: [
        {
          expr: `abs(${name} - ${value}) < bool ${tolerance}`,
          eval_time: minutes(atMinutes),
          exp_samples: [{ labels: "{}", value: 1 }],
        },
      ],
    },
  ]
}

/** Of the healthy series those that an expression, or what its component records, may read. */
function readBy(own: Monitored, by: string, healthy: Series): Series {
  const read = [by, ...own.recordings.map(({ expression }) => expression)].join(" ")
  const words = new Set(read.split(/[^A-Za-z0-9_:]+/))
  return Object.fromEntries(
    Object.entries(healthy).filter(([series]) => words.has(series.split("{")[0] ?? "")),
  )
}

function healthySeries(all: Contributions): Series {
  return Object.assign({}, ...all.monitored.map(({ monitored }) => monitored.healthy))
}

function inputSeries(series: Series) {
  return Object.entries(series).flatMap(([name, values]) =>
    values === null ? [] : [{ series: name, values }],
  )
}

function minutes(count: number): string {
  return `${count * 60}s`
}
