import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { parseEnvironment } from "./parse.ts"
import { formatProblem } from "./problem.ts"

const local = readFileSync(new URL("../environments/local.yaml", import.meta.url), "utf8")

/** Problems of local.yaml after replacing one text, without the file name. */
function changed(from: string | RegExp, to: string): string[] {
  const text = local.replace(from, to)
  expect(text, "the replacement must change something").not.toBe(local)
  return problemsOf(text)
}

function problemsOf(text: string): string[] {
  return parseEnvironment(text, "f").problems.map(formatProblem)
}

test("a valid file has no problems and knows where its parts stand", () => {
  const { spec, problems, positionOf } = parseEnvironment(local, "environments/local.yaml")
  expect(problems).toEqual([])
  expect(spec?.hosts.app.count).toBe(2)
  const lines = local.split("\n")
  const { line, column } = positionOf(["network", "vip"])
  expect(lines[line - 1]?.slice(column - 1)).toBe("198.18.80.100")
  expect(positionOf(["hosts", "redis", "count"])).toEqual(positionOf(["hosts"]))
  expect(positionOf(["hosts", "app", "maxCount"]).line).toBe(lines.indexOf("    maxCount: 3") + 1)
})

describe("what the schema refuses is said in plain words, where it stands", () => {
  test.each<[string, string | RegExp, string, RegExp]>([
    [
      "unknown key",
      /^tier:/m,
      "teir:",
      /^f:5:1 teir: is not a known key here; did you mean "tier"/m,
    ],
    ["missing key", /^tier:.*\n/m, "", /tier: is missing; add `tier`: What kind of environment/],
    ["enum", "development", "developmnt", /^f:5:7 tier: .*did you mean "development"\?$/],
    ["enum, far off", "development", "x", /write one of: production, staging, development/],
    ["a word for a number", "count: 3", "count: three", /is "three"; write a whole number, for ex/],
    ["a number for a size", "memory: 1GB", "memory: 1", /is 1; write a size, a number and MB, GB/],
    ["a duration without unit", "rpo: 5m", "rpo: 5", /rpo: is 5; write a duration, .* "5m"$/],
    ["a network without prefix", "10.80.0.0/16", "10.80.0.0", /CIDR notation, for example "10\./],
    ["zero", "count: 3", "count: 0", /count: is 0; it must be at least 1, for example 3/],
    ["too many", "count: 3", "count: 1001", /count: is 1001; it must be at most 1000/],
    ["a fraction", "count: 3", "count: 2.5", /count: is 2.5; write a whole number/],
    [
      "not a number",
      "requestsPerUserPerSecond: 1",
      "requestsPerUserPerSecond: .nan",
      /is not a finite number; write a number/,
    ],
    ["nothing", "region: local", "region:", /provider.region: is empty; write a text/],
    [
      "a list for a map",
      /^workload:\n( .*\n)+/m,
      "workload: []\n",
      /workload: is a list; write a m/,
    ],
    ["YAML 1.1's off", "insecure: true", "insecure: on", /is "on"; write true or false/],
    [
      "an unsupported version",
      /^edge:/m,
      "database:\n  version: 14\nedge:",
      /only value .* is 17$/,
    ],
    [
      "a secret's value",
      /^edge:/m,
      "secrets: [Hunter2!]\nedge:",
      /secrets\[0\]: is a text \(not shown\)/,
    ],
  ])("%s", (_name, from, to, message) => {
    const problems = changed(from, to)
    expect(problems.join("\n")).toMatch(message)
  })

  test("all at once, in the order of the file", () => {
    const problems = changed(/count: 3/g, "count: three").concat(changed("rpo: 5m", "rpo: 5"))
    expect(problems).toHaveLength(3)
    const lines = problems.slice(0, 2).map((problem) => Number(problem.split(":")[1]))
    expect(lines).toEqual(lines.toSorted((a, b) => a - b))
  })

  test("a value that looks like a secret is not repeated", () => {
    const token = `ghp_${"a1B2".repeat(9)}`
    expect(changed("rpo: 5m", `rpo: ${token}`).join()).not.toContain(token)
  })
})

const unreadable: [name: string, text: string, message: RegExp][] = [
  ["an empty text", "", /^f:1:1: is empty/],
  ["only comments", "# nothing\n", /^f:1:1: /],
  ["a list", "- a\n", /is not a map of settings/],
  ["a plain word", "hello", /is not a map of settings/],
  ["a repeated key", "name: a\nname: b\n", /^f:2:1: this key is written twice/],
  ["a tab", "name:\n\ta: 1\n", /^f:2:1: YAML does not allow tabs/],
  ["two documents", "name: a\n---\nname: b\n", /a second YAML document starts here/],
  ["a merge key", "a: &a {b: 1}\nc:\n  <<: *a\n", /^f:3:3: merge keys/],
  ["an unknown tag", "name: !secret x\n", /^f:1:7: YAML tags/],
  ["a map as key", "{a: 1}: b\n", /^f:1:1: keys must be plain words/],
  ["an unclosed quote", 'name: "a\n', /^f:\d+:\d+: /],
  ["an alias to nothing", "name: *nobody\n", /^f:1:\d+: /],
  ["an alias to itself", "name: &a [*a]\n", /^f:1:/],
  ["a bracket bomb", "[".repeat(90_000), /nests brackets more than 100 deep/],
  ["block nesting", Array.from({ length: 400 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"), /./],
  ["too many aliases", `a: &a 1\nb: [${"*a,".repeat(101)}]\n`, /more than 100 aliases/],
  ["a huge text", "#".repeat(100_001), /has 100001 characters/],
  ["bytes that are no text", "\u0000\u0001\uFFFD: \u0007", /^f:1:/],
]

test.each(unreadable)("%s is refused with a place, not a crash", (_name, text, message) => {
  const { spec, problems } = parseEnvironment(text, "f")
  expect(spec).toBeUndefined()
  expect(problems.map(formatProblem).join("\n")).toMatch(message)
})

test("an alias bomb is refused", () => {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0
      ? "l0: &l0 [x,x,x,x,x,x,x,x,x]"
      : `l${level}: &l${level} [${Array(8)
          .fill(`*l${level - 1}`)
          .join(",")}]`,
  )
  const { spec, problems } = parseEnvironment(levels.join("\n"), "f")
  expect(spec).toBeUndefined()
  expect(problems.length).toBeGreaterThan(0)
})

test("an alias that is used with measure is fine", () => {
  const text = local.replace("interface", "").replace("memory: 1GB", "memory: &small 1GB")
  const { problems } = parseEnvironment(text.replace(/disk: 10GB/, "disk: *small"), "f")
  expect(problems).toEqual([])
})
