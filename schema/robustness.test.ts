import { readFileSync } from "node:fs"
import fc from "fast-check"
import { expect, test } from "vitest"
import { lockFixture } from "./environment-fixture.ts"
import { validateEnvironment } from "./validate.ts"

const valid = readFileSync(new URL("../environments/production.yaml", import.meta.url), "utf8")
const lineCount = valid.split("\n").length

type Mutation = (lines: string[]) => string[]

const line = fc.nat(lineCount - 1)

/** Values that YAML reads as every type, and some at the edge of each quantity. */
const value = fc.oneof(
  fc.constantFrom("", "null", "true", "[]", "{}", "-1", "0", "1e308", ".inf", ".nan", "*x", "&x 1"),
  fc.constantFrom(
    "0s",
    "999999999d",
    "0%",
    "100%",
    "999999999TB",
    "0.0.0.0/0",
    "255.255.255.255/32",
  ),
  fc.constantFrom(
    "999.1.1.1/24",
    "300.1.1.1",
    "1",
    "1000",
    "1000000000",
    "__proto__",
    "constructor",
  ),
  fc.constantFrom("2026-99-99T99:99", "9999-12-31T23:59", "0000-00-00T00:00", "!!binary aGk="),
  fc.string({ unit: "binary" }),
  fc.double().map(String),
)

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  line.map(
    (at): Mutation =>
      (lines) =>
        lines.toSpliced(at, 1),
  ),
  line.map(
    (at): Mutation =>
      (lines) =>
        lines.toSpliced(at, 0, lines[at] ?? ""),
  ),
  fc.tuple(line, line).map(
    ([from, to]): Mutation =>
      (lines) =>
        lines.toSpliced(to, 0, lines[from] ?? ""),
  ),
  fc.tuple(line, value).map(
    ([at, text]): Mutation =>
      (lines) =>
        lines.with(
          at % lines.length,
          (lines[at] ?? "").replace(/:.*$/, () => `: ${text}`),
        ),
  ),
  fc.tuple(line, fc.string()).map(
    ([at, text]): Mutation =>
      (lines) =>
        lines.with(
          at % lines.length,
          (lines[at] ?? "").replace(/\w+:/, () => `${text}:`),
        ),
  ),
  fc.tuple(line, fc.nat(8)).map(
    ([at, indent]): Mutation =>
      (lines) =>
        lines.with(at % lines.length, " ".repeat(indent) + (lines[at] ?? "").trim()),
  ),
  fc.tuple(line, fc.string({ unit: "binary" })).map(
    ([at, garbage]): Mutation =>
      (lines) =>
        lines.with(at % lines.length, `${lines[at] ?? ""}${garbage}`),
  ),
)

function expectVerdict(text: string): boolean {
  const { fleet, problems } = validateEnvironment(
    text,
    "environments/production.yaml",
    lockFixture(),
  )
  const errors = problems.filter(({ severity }) => severity === "error")
  expect(fleet === undefined).toBe(errors.length > 0)
  const lastLine = text.split("\n").length
  for (const problem of problems) {
    expect(problem.line).toBeGreaterThanOrEqual(1)
    expect(problem.line).toBeLessThanOrEqual(lastLine)
    expect(problem.column).toBeGreaterThanOrEqual(1)
    const ownWords = problem.message.replace(/"[^"]*"/g, "")
    expect(ownWords).not.toMatch(/undefined|\[object|NaN|Infinity/)
  }
  return errors.length === 0
}

test("a mutated environment is accepted or refused with places, and never crashes", {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      const lines = mutations.reduce((current, mutate) => mutate(current), valid.split("\n"))
      expectVerdict(lines.join("\n"))
    }),
    { numRuns: 1500 },
  )
})

test("any text at all gets a verdict", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (text) => {
      expectVerdict(text)
    }),
    { numRuns: 500 },
  )
})

test("any JSON value gets a verdict", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(expectVerdict(text)).toBe(false)
    }),
    { numRuns: 300 },
  )
})
