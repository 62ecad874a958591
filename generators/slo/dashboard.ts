import { latency as latencyOf } from "../app/dashboard.ts"
import { type Dashboard, graph, number, type Panel, type Row, redFrom } from "../core/dashboard.ts"
import type { Fleet } from "../core/fleet.ts"
import { formatPromDuration } from "../core/monitoring.ts"
import { answers } from "../haproxy/dashboard.ts"
import { formatNumber } from "../topology/table.ts"
import { type BurnWindow, burnWindows, periodDays, recorded } from "./burn-rate.ts"
import { mostFailingShare, routeAnswers } from "./route-fails.ts"

/** The longest that is recorded. */
const lookBackDays = 3

export function sloDashboard(fleet: Fleet): Dashboard {
  const { availability, latency } = fleet.objectives
  return {
    uid: "quickcart-promises",
    title: "Promises to visitors",
    description: "How much of the error budget is gone, and how fast does it go?",
    rows: [
      promise("Availability", "shop:availability", availability, "answered without a server error"),
      ...(latency === null
        ? []
        : [
            promise(
              "Latency",
              "shop:latency",
              latency.share,
              `answered within ${latency.thresholdSeconds} s`,
            ),
          ]),
      {
        title: "What is counted",
        panels: [answers(), failingRoutes(fleet), ...(latency === null ? [] : [latencyOf(fleet)])],
      },
    ],
    series: {},
  }
}

function promise(title: string, name: string, objective: number, what: string): Row {
  const budget = Math.round((1 - objective) * 1e9) / 1e9
  const percent = formatNumber(objective * 100)
  const ratio = (window: BurnWindow) => recorded({ name }, burnWindows[window])
  return {
    title: `${title}: ${percent}% ${what}`,
    panels: [
      kept(title, name, objective),
      number(
        {
          title: "Error budget left",
          description: `Share of the error budget of ${periodDays} days, or of as many as there are metrics for. At none, apply waits.`,
          unit: "percentunit",
          steps: [
            { from: null, colour: "red" },
            { from: 0, colour: "green" },
          ],
          mayBeEmpty: "Nobody asked",
        },
        [`${name}:error_budget_left${formatPromDuration(periodDays * 86_400)}`, "left"],
      ),
      number(
        {
          title: `Budget spent in ${lookBackDays} days`,
          description: `Share of the ${periodDays} days' error budget that the last ${lookBackDays} days spent. ${formatNumber((100 * lookBackDays) / periodDays)}% is just as fast as allowed.`,
          unit: "percentunit",
          steps: redFrom(lookBackDays / periodDays),
          mayBeEmpty: "Nobody asked",
        },
        [`${ratio("3d")} * ${lookBackDays} / ${periodDays} / ${budget}`, "spent"],
      ),
      graph(
        {
          title: "How fast the budget goes",
          description: `1 is as fast as allowed: the budget lasts ${periodDays} days. An alert fires while a long and a short window are both above its limit.`,
          unit: "short",
          steps: redFrom(1),
          mayBeEmpty: "Nobody asked",
        },
        [`${ratio("5m")} / ${budget}`, "5 min"],
        [`${ratio("1h")} / ${budget}`, "1 h"],
        [`${ratio("6h")} / ${budget}`, "6 h"],
        [`${ratio("3d")} / ${budget}`, "3 days"],
      ),
    ],
  }
}

/** What visitors seldom do is lost among all answers, so each route counts for itself. */
function failingRoutes(fleet: Fleet): Panel {
  const { failed, all } = routeAnswers(fleet, "$__rate_interval")
  return graph(
    {
      title: "Routes that fail",
      description: "Share of what visitors asked for by a method and a route that ended in 5xx.",
      unit: "percentunit",
      steps: redFrom(mostFailingShare),
      mayBeEmpty: "No server error",
    },
    [`${failed} / ${all}`, "{{method}} {{route}}"],
  )
}

/** Share of good answers in the longest window, red below the objective. */
function kept(title: string, name: string, objective: number): Panel {
  return number(
    {
      title: `${title}, ${lookBackDays} days`,
      description: `Share of good answers in the last ${lookBackDays} days; the objective is ${formatNumber(objective * 100)}%.`,
      unit: "percentunit",
      steps: [
        { from: null, colour: "red" },
        { from: objective, colour: "green" },
      ],
      mayBeEmpty: "Nobody asked",
    },
    [`1 - ${recorded({ name }, burnWindows["3d"])}`, "good"],
  )
}

/** Share of the last hour's answers that were no server errors, for the overview. */
export function availabilityOfTheHour({ objectives }: Fleet): Panel {
  return number(
    {
      title: "Availability, 1 h",
      description: `Share of the last hour's answers that were no server errors; the objective is ${formatNumber(objectives.availability * 100)}%.`,
      unit: "percentunit",
      steps: [
        { from: null, colour: "red" },
        { from: objectives.availability, colour: "green" },
      ],
      mayBeEmpty: "Nobody asked",
      leadsTo: "quickcart-promises",
    },
    [`1 - ${recorded({ name: "shop:availability" }, burnWindows["1h"])}`, "good"],
  )
}
