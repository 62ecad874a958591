import { withoutMacros } from "../../schema/dashboard-macros.ts"
import type { Contributions, ToolCheck } from "../core/component.ts"
import type { Dashboard } from "../core/dashboard.ts"
import type { Series } from "../core/monitoring.ts"
import { testCheck } from "../prometheus/index.ts"
import { resultsTest, testIntervalSeconds } from "../prometheus/rule-tests.ts"

/**
 * promtool evaluates the query of every panel and variable over the series of a healthy fleet:
 * each has a result, unless the panel says why it may have none.
 */
export function dashboardCheck(all: Contributions, dashboards: Dashboard[]): ToolCheck {
  return testCheck("promtool test of the dashboards' queries", () =>
    resultsTest(all, Object.assign({}, ...dashboards.map(({ series }) => series)) as Series, [
      ...new Set(dashboards.flatMap(expressionsOf)),
    ]),
  )
}

function expressionsOf({ variables = [], rows }: Dashboard): string[] {
  const view = {
    scrapeIntervalSeconds: testIntervalSeconds,
    stepSeconds: testIntervalSeconds,
    rangeSeconds: 3600,
    variables: Object.fromEntries(variables.map(({ name }) => [name, ".+"])),
  }
  const panels = rows.flatMap((row) => row.panels).filter(({ mayBeEmpty }) => !mayBeEmpty)
  return [
    ...variables.map(({ selector }) => selector),
    ...panels.flatMap(({ queries }) =>
      queries.map(({ expression }) => withoutMacros(expression, view)),
    ),
  ]
}
