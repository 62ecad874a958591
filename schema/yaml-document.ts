import type { Document, YAMLError } from "yaml"
import { isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, visit } from "yaml"
import type { Path, Position } from "./problem.ts"

/** Something that keeps a text from being read, without file name. */
export interface TextProblem extends Position {
  message: string
}

/** The value in a YAML text, where its parts stand, and what is wrong with it as YAML. */
export interface YamlDocument {
  /** Undefined if the text is not one well-formed YAML map. */
  value: Record<string, unknown> | undefined
  problems: TextProblem[]
  /** Place of the value at a path, or of its nearest ancestor that exists. */
  positionOf(path: Path): Position
  /** Place of the last key in a path rather than of its value. */
  keyPositionOf(path: Path): Position
}

const maxCharacters = 100_000
const maxAliases = 100
const maxDepth = 100
const start: Position = { line: 1, column: 1 }

/** Reads one YAML document. Never throws, whatever the text. */
export function readYaml(text: string): YamlDocument {
  const sized = checkSize(text)
  if (sized !== undefined) return unreadable([{ ...start, message: sized }])
  try {
    return read(text)
  } catch {
    // The parser recurses; it ends here where a text exhausts the stack.
    return unreadable([{ ...start, message: "cannot be read as YAML; write plain nested maps" }])
  }
}

function checkSize(text: string): string | undefined {
  if (text.length > maxCharacters) {
    return `has ${text.length} characters, more than ${maxCharacters}; an environment is a few hundred lines`
  }
  if (text.trim() === "") return "is empty; start with `name:`, or copy another environment"
  if (deepestBrackets(text) > maxDepth) {
    return `nests brackets more than ${maxDepth} deep; write plain nested maps`
  }
  return undefined
}

/** Upper bound of the flow nesting; cheap, so that the parser never sees a bracket bomb. */
function deepestBrackets(text: string): number {
  let depth = 0
  let deepest = 0
  for (const character of text) {
    if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth)
    if (character === "]" || character === "}") depth = Math.max(0, depth - 1)
  }
  return deepest
}

function read(text: string): YamlDocument {
  const lines = new LineCounter()
  const at = (offset: number): Position => toPosition(lines, offset)
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    merge: false,
  })
  const [document, second] = documents as Document.Parsed[]
  if (document === undefined) {
    return unreadable([{ ...start, message: "holds no value; start with `name:`" }])
  }
  const problems = [...document.errors, ...document.warnings].map((error) => ({
    ...at(error.pos[0]),
    message: explain(error),
  }))
  if (second !== undefined) {
    problems.push({
      ...at(second.range[0]),
      message: "a second YAML document starts here; keep one environment to a file",
    })
  }
  problems.push(...findStructureProblems(document, at))
  const locate = locator(document, at)
  if (problems.length > 0) return { value: undefined, problems, ...locate }
  const value = document.toJS({ maxAliasCount: maxAliases }) as Record<string, unknown>
  return { value, problems, ...locate }
}

function findStructureProblems(
  document: Document.Parsed,
  at: (offset: number) => Position,
): TextProblem[] {
  const problems: TextProblem[] = []
  const { contents } = document
  if (!isMap(contents)) {
    const position = contents?.range ? at(contents.range[0]) : start
    return [{ ...position, message: "is not a map of settings; start with `name:`" }]
  }
  let aliases = 0
  visit(document, {
    Alias(_, alias) {
      aliases++
      if (aliases === maxAliases + 1 && alias.range) {
        const message = `has more than ${maxAliases} aliases; write the values out`
        problems.push({ ...at(alias.range[0]), message })
        return visit.BREAK
      }
      return undefined
    },
    Pair(_, pair) {
      const key = pair.key
      if (isScalar(key) && key.value === "<<" && key.range) {
        const message = "merge keys (<<) are not supported; write the values out"
        problems.push({ ...at(key.range[0]), message })
      }
    },
  })
  return problems
}

function locator(document: Document.Parsed, at: (offset: number) => Position) {
  const nodePosition = (node: Node | null | undefined): Position | undefined =>
    node?.range ? at(node.range[0]) : undefined

  const keyPositionOf = (path: Path): Position => {
    let node: unknown = document.contents
    let found = nodePosition(document.contents) ?? start
    for (const step of path) {
      const child = childOf(node, step)
      if (child === undefined) break
      found = nodePosition(child.key) ?? nodePosition(child.value) ?? found
      node = child.value
    }
    return found
  }

  const positionOf = (path: Path): Position => {
    let node: unknown = document.contents
    for (const step of path) {
      const child = childOf(node, step)
      if (child === undefined) return keyPositionOf(path)
      node = child.value
    }
    // A collection begins below its key; the key is the place to look at.
    return (isScalar(node) ? nodePosition(node) : undefined) ?? keyPositionOf(path)
  }
  return { positionOf, keyPositionOf }
}

function childOf(
  node: unknown,
  step: string | number,
): { key: Node | undefined; value: Node | null } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === String(step))
    return pair && { key: pair.key as Node, value: pair.value as Node | null }
  }
  if (isSeq(node) && typeof step === "number" && step in node.items) {
    return { key: undefined, value: node.items[step] as Node }
  }
  return undefined
}

function unreadable(problems: TextProblem[]): YamlDocument {
  return { value: undefined, problems, positionOf: () => start, keyPositionOf: () => start }
}

function toPosition(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return line < 1 || col < 1 ? start : { line, column: col }
}

const explanations: Record<string, string> = {
  DUPLICATE_KEY: "this key is written twice in the same map; keep one of them",
  TAB_AS_INDENT: "YAML does not allow tabs for indentation; use two spaces",
  BAD_INDENT: "the indentation does not fit the lines around it; use two spaces a level",
  NON_STRING_KEY: "keys must be plain words",
  MISSING_CHAR: "a character is missing here, perhaps `:`, a comma or a closing quote",
  TAG_RESOLVE_FAILED: "YAML tags (!) are not supported; write the plain value",
}

function explain(error: YAMLError): string {
  const detail = error.message.replace(/\s+/g, " ").slice(0, 200)
  return explanations[error.code] ?? `is not valid YAML here: ${detail}`
}
