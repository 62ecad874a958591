import { expect, test } from "vitest"
import { formatPath, formatProblem, hasErrors, type Problem, sortProblems } from "./problem.ts"

const problem: Problem = {
  file: "environments/local.yaml",
  line: 7,
  column: 12,
  path: "hosts.app.count",
  severity: "error",
  message: "is 8; write 9",
}

test("a path reads as it is written in code", () => {
  expect(formatPath(["flashSales", 0, "start"])).toBe("flashSales[0].start")
  expect(formatPath(["app", "environment", "MY KEY"])).toBe('app.environment."MY KEY"')
  expect(formatPath([])).toBe("")
})

test("a problem is one clickable line", () => {
  expect(formatProblem(problem)).toBe("environments/local.yaml:7:12 hosts.app.count: is 8; write 9")
  expect(formatProblem({ ...problem, severity: "warning", rule: "a/b", path: "" })).toBe(
    "environments/local.yaml:7:12: warning: is 8; write 9 [a/b]",
  )
})

test("only errors are errors", () => {
  expect(
    hasErrors([
      { ...problem, severity: "note" },
      { ...problem, severity: "warning" },
    ]),
  ).toBe(false)
  expect(hasErrors([problem])).toBe(true)
})

test("problems come in the order of the file", () => {
  const places = [
    { line: 10, column: 1 },
    { line: 9, column: 2 },
    { line: 9, column: 1 },
  ].map((place) => ({ ...problem, ...place }))
  expect(sortProblems(places).map(({ line, column }) => `${line}:${column}`)).toEqual([
    "9:1",
    "9:2",
    "10:1",
  ])
})
