import { data, Evaluator, Lexer, Parser } from "@actions/expressions"
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token"
import { TokenType } from "@actions/workflow-parser/templates/tokens/types"
import { items, keys, member } from "./workflow-file.ts"

export type Value = string | number | boolean | null | Value[] | { [key: string]: Value }
export type Contexts = Record<string, Value>

/** How the steps so far (or the jobs needed) went. */
export interface Status {
  success: boolean
  cancelled: boolean
}

/** Evaluates an expression (without `${{ }}`) with GitHub's own evaluator. */
export function evaluate(expression: string, contexts: Contexts, status?: Status): Value {
  const functions = status === undefined ? [] : statusFunctions(status)
  const infos = functions.map(([name]) => ({ name, minArgs: 0, maxArgs: 0 }))
  const { tokens } = new Lexer(expression).lex()
  const tree = new Parser(tokens, Object.keys(contexts), infos).parse()
  const calls = new Map(
    functions.map(([name, value]) => {
      const call = () => new data.BooleanData(value)
      return [name, { name, minArgs: 0, maxArgs: 0, call }] as const
    }),
  )
  const dictionary = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary
  const result = new Evaluator(tree, dictionary, calls).evaluate()
  return JSON.parse(JSON.stringify(result, data.replacer))
}

/** Whether an expression's value counts as true, by GitHub's rules. */
export function holds(expression: string, contexts: Contexts, status: Status): boolean {
  const value = evaluate(expression, contexts, status)
  return !(value === false || value === 0 || value === "" || value === null)
}

/** A parsed piece of workflow with every expression in it replaced by its value. */
export function resolve(
  token: TemplateToken | undefined,
  contexts: Contexts,
  status?: Status,
): Value {
  if (token === undefined) return null
  switch (token.templateTokenType) {
    case TokenType.BasicExpression:
      return evaluate((token as unknown as { expression: string }).expression, contexts, status)
    case TokenType.Mapping: {
      const pairs = keys(token).map((key) => [key, resolve(member(token, key), contexts, status)])
      return Object.fromEntries(pairs)
    }
    case TokenType.Sequence:
      return items(token).map((item) => resolve(item, contexts, status))
    case TokenType.Null:
      return null
    case TokenType.InsertExpression:
      throw new Error("insert expressions are not supported here")
    default:
      return (token as unknown as { value: string | number | boolean }).value
  }
}

/** A value as GitHub writes it into text: null is nothing, numbers without noise. */
export function text(value: Value): string {
  if (value === null) return ""
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}

function statusFunctions({ success, cancelled }: Status): [string, boolean][] {
  return [
    ["success", success && !cancelled],
    ["failure", !success && !cancelled],
    ["cancelled", cancelled],
    ["always", true],
  ]
}
