import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { lockFixture } from "./environment-fixture.ts"
import { formatProblem } from "./problem.ts"
import { validateEnvironment } from "./validate.ts"

const directory = new URL("../environments/", import.meta.url)
const read = (name: string) => readFileSync(new URL(name, directory), "utf8")
const files = readdirSync(directory).filter((name) => name.endsWith(".yaml"))
const production = read("production.yaml")

/** Without the reminders of what is not deployed yet. */
function validated(text: string, file: string) {
  const result = validateEnvironment(text, file, lockFixture())
  return { ...result, problems: result.problems.filter(({ rule }) => rule !== "spec/rendered") }
}

function problemsOf(text: string, file = "environments/production.yaml"): string[] {
  return validated(text, file).problems.map(formatProblem)
}

test.each(files)("environments/%s is valid and tells editors its schema", (name) => {
  const text = read(name)
  const { fleet, problems } = validated(text, `environments/${name}`)
  expect(problems.map(formatProblem)).toEqual([])
  expect(fleet?.source).toBe(`environments/${name}`)
  expect(text.split("\n")[0]).toBe(
    "# yaml-language-server: $schema=../schema/environment.schema.json",
  )
})

describe("rules", () => {
  test("eight app hosts are refused where the count is written", () => {
    const text = production.replace("count: 9", "count: 8").replace("replicas: 18", "replicas: 16")
    const line = text.split("\n").indexOf("    count: 8") + 1
    expect(problemsOf(text)).toEqual([
      `environments/production.yaml:${line}:12 hosts.app.count: 5,000 users x 1 req/s / ` +
        "150 req/s per core = 33.33, so 34 cores are needed; 8 hosts x 4 vCPU = 32; " +
        "write 9 or more [capacity/cores]",
    ])
  })

  test("a finding about something not written stands at what contains it", () => {
    const text = production.replace("  waitingRoom:\n    maxActiveUsers: 30000\n", "")
    const found = problemsOf(text.replace("offload: 45%", "offload: 10%"))
    const line = text.split("\n").indexOf("edge:") + 1
    expect(found).toEqual([
      expect.stringMatching(`^environments/production.yaml:${line}:1 edge.waitingRoom: `),
    ])
  })

  test("an error withholds the fleet, a note does not", () => {
    const broken = production
      .replace("count: 9", "count: 8")
      .replace("replicas: 18", "replicas: 16")
    const waiver =
      "\nwaivers:\n  - rule: capacity/cores\n    reason: measured twice the assumed load\n"
    const file = "environments/production.yaml"
    expect(validated(broken, file).fleet).toBeUndefined()
    const waived = validated(broken + waiver, file)
    expect(waived.problems.map(({ severity }) => severity)).toEqual(["note"])
    expect(waived.fleet?.workload.coresProvided).toBe(32)
  })
})

test("the name must be the file's", () => {
  expect(problemsOf(production, "environments/prod.yaml")).toEqual([
    'environments/prod.yaml:4:7 name: is "production", but the file is named prod; ' +
      "write prod or rename the file",
  ])
})

describe("secrets anywhere in the text", () => {
  const token = `ghp_${"a1B2".repeat(9)}`

  test.each([
    ["in a comment", `${production}\n# old token ${token}\n`],
    ["in a file that is not valid", `name: [\n# ${token}`],
    ["in a value", production.replace("LOG_LEVEL: info", `LOG_LEVEL: ${token}`)],
  ])("%s are found once and never repeated", (_where, text) => {
    const found = problemsOf(text)
    expect(found.filter((line) => line.endsWith("[secrets/plaintext]"))).toHaveLength(1)
    expect(found.join()).not.toContain(token)
  })
})
