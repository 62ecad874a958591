import type { SyntaxNode } from "@lezer/common"
import { parser } from "@prometheus-io/lezer-promql"

/** Functions of which the argument is a counter over a window. */
const rates = /^(rate|irate|increase|changes|resets|delta)$/

/** What is wrong with a query's syntax; none when Prometheus would read it. */
export function syntaxErrors(expression: string): string[] {
  return nodesOf(expression)
    .filter((node) => node.type.isError)
    .map((node) => `at ${node.from}: ${expression.slice(node.from, node.from + 20)}`)
}

/** Names of the metrics that a query reads. */
export function metricsOf(expression: string): string[] {
  return [...new Set(selectorsOf(expression).map(({ metric }) => metric))]
}

/** Counters that a query reads as they are, so that a restart looks like a fall. */
export function countersWithoutRate(expression: string): string[] {
  return selectorsOf(expression)
    .filter(({ metric }) => /_(total|count|sum|bucket)$/.test(metric))
    .filter(({ functions }) => !functions.some((name) => rates.test(name)))
    .map(({ metric }) => metric)
}

/** Aggregations inside a rate: their sum falls when one of the counters restarts. */
export function aggregatedBeforeRate(expression: string): string[] {
  return nodesOf(expression)
    .filter(({ name }) => name === "AggregateExpr")
    .filter((node) => functionsAround(expression, node).some((name) => rates.test(name)))
    .map(({ from, to }) => expression.slice(from, to))
}

function selectorsOf(expression: string) {
  return nodesOf(expression)
    .filter(({ name }) => name === "VectorSelector")
    .map((node) => {
      const identifier = node.getChild("Identifier")
      const metric = identifier === null ? "" : expression.slice(identifier.from, identifier.to)
      return { metric, functions: functionsAround(expression, node) }
    })
}

function functionsAround(expression: string, node: SyntaxNode): string[] {
  const names: string[] = []
  for (let at = node.parent; at !== null; at = at.parent) {
    const called = at.name === "FunctionCall" ? at.getChild("FunctionIdentifier") : null
    if (called !== null) names.push(expression.slice(called.from, called.to))
  }
  return names
}

function nodesOf(expression: string): SyntaxNode[] {
  const nodes: SyntaxNode[] = []
  parser.parse(expression).iterate({ enter: ({ node }) => void nodes.push(node) })
  return nodes
}
