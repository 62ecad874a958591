import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { resolve } from "../../generators/core/resolve.ts"
import { list, readText } from "../../scripts/io/files.ts"
import type { Waiver } from "../environment.ts"
import { lockFixture, specFixture } from "../environment-fixture.ts"
import { checkRules } from "./check.ts"
import { rules } from "./index.ts"

/** What the fixture is warned of: it declares what is not deployed yet, on the seed's fewest hosts. */
const warned = ["spec/rendered", "capacity/host-loss"]
const settled = rules.filter((rule) => !warned.includes(rule.id))

const reason = "measured: these hosts serve twice the assumed load"

function check(appHosts: number, ...waivers: Waiver[]): string[] {
  const spec = specFixture()
  spec.hosts.app.count = appHosts
  spec.app.replicas = appHosts
  spec.app.resources = { cpu: 3.75, memory: "1GB" }
  spec.waivers = waivers
  const fleet = resolve(spec, "environments/fixture.yaml", lockFixture())
  return checkRules(fleet, spec, settled).map((finding) => `${finding.severity} ${finding.rule}`)
}

test("the fixture breaks no rule, so every rule's test starts from a passing spec", () => {
  expect(check(9)).toEqual([])
})

test.each(rules)("$id has a test of its own", ({ id }) => {
  const texts = list(import.meta.dirname)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => readText(join(import.meta.dirname, name)) ?? "")
  const titles = texts.flatMap((text) => [...text.matchAll(/\("([^"]+)"/g)])
  expect(titles.some(([, title = ""]) => title === id || title.startsWith(`${id}:`))).toBe(true)
})

test("rule ids are unique and reasons are sentences", () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
  for (const { id, reason } of rules) {
    expect(id).toMatch(/^[a-z-]+\/[a-z-]+$/)
    expect(reason, id).toMatch(/^[A-Z].*\.$/)
  }
})

describe("waivers", () => {
  test("turn the findings of their rule into notes", () => {
    expect(check(8)).toEqual(["error capacity/cores"])
    expect(check(8, { rule: "capacity/cores", reason })).toEqual(["note capacity/cores"])
  })

  test("that waive nothing, or twice, are warnings", () => {
    expect(check(9, { rule: "capacity/cores", reason })).toEqual(["warning waivers/needed"])
    const twice = check(8, { rule: "capacity/cores", reason }, { rule: "capacity/cores", reason })
    expect(twice).toContain("warning waivers/needed")
  })

  test("of no rule are errors that name the rule meant", () => {
    const spec = specFixture()
    spec.waivers = [{ rule: "capacity/core", reason }]
    const fleet = resolve(spec, "environments/fixture.yaml", lockFixture())
    expect(checkRules(fleet, spec, settled)).toEqual([
      {
        path: ["waivers", 0, "rule"],
        message: '"capacity/core" is not a rule; did you mean "capacity/cores"?',
        rule: "waivers/known",
        severity: "error",
      },
    ])
  })
})
