/** One thing wrong with an environment file, where it is and what to do. */
export interface Problem {
  file: string
  /** 1-based. */
  line: number
  /** 1-based. */
  column: number
  /** e.g. `hosts.app.count` or `flashSales[0].start`; empty for the whole file. */
  path: string
  /** `note` is a broken rule that a waiver permits; it never fails anything. */
  severity: "error" | "warning" | "note"
  /** What is wrong, and what to write instead. */
  message: string
  /** Id of the rule that found it, e.g. `capacity/cores`. */
  rule?: string
}

/** Keys and indices from the root of the file to a value. */
export type Path = readonly (string | number)[]

/** A 1-based place in a text. */
export interface Position {
  line: number
  column: number
}

/** `["flashSales", 0, "start"]` as `flashSales[0].start`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`
    const key = /^[A-Za-z_][\w-]*$/.test(step) ? step : JSON.stringify(step)
    return text === "" ? key : `${text}.${key}`
  }, "")
}

/** `file:line:column path: message`, one line, as editors and CI make it clickable. */
export function formatProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`
  const subject = problem.path === "" ? place : `${place} ${problem.path}`
  const severity = problem.severity === "error" ? "" : `${problem.severity}: `
  const rule = problem.rule === undefined ? "" : ` [${problem.rule}]`
  return `${subject}: ${severity}${problem.message}${rule}`
}

/** Whether any problem forbids using the file. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === "error")
}

/** By place in the file. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
}
