import { expect, test } from "vitest"
import { planCommentBody, planMarker } from "./comment.ts"
import { driftBody } from "./drift-issue.ts"
import { bodyLimit, cutTo, neutralise } from "./untrusted.ts"

test("a plan's own Markdown stays as it is", () => {
  const plan =
    "| service | impact |\n|---|---|\n| `app` | **rolling** |\n\n<details>\n<summary>why</summary>\n\n- images/x@sha256:ab\n</details>"
  expect(neutralise(plan)).toBe(plan)
})

test.each([
  ["an image", "![x](https://evil.test/p.png)"],
  ["a reference link", "[x][y]\n\n[y]: https://evil.test"],
  ["a tag with attributes", '<a href="https://evil.test">x</a>'],
  ["a details tag with attributes", "<details open>"],
  ["a comment", "<!-- quickcart:plan -->"],
  ["a bare address", "see www.evil.test or HTTPS://evil.test"],
  ["a mention", "hello @team, (@someone)\n@start"],
  ["a reference", "fixes #12, GH-3, other/repo#4"],
  ["an invisible turn of direction", "a\u202eb"],
])("%s does nothing", (_, hostile) => {
  const harmless = neutralise(hostile)
  expect(harmless).not.toMatch(/<[a-z!][^>]* |<!--|\]\(|\]\[|\]:|:\/\/|www\.|\u202e/i)
  expect(harmless).not.toMatch(/(^|[^A-Za-z0-9])@[A-Za-z0-9]|#\d|GH-\d/)
})

test("a comment always fits, says what is missing, and closes what it opened", () => {
  const plan = `<details>\n<summary>all</summary>\n\n\`\`\`text\n${"a line of plan\n".repeat(9000)}`
  const body = planCommentBody({ headSha: "f".repeat(40), plan, runUrl: "https://run.test/1" })
  expect(body.length).toBeLessThanOrEqual(bodyLimit)
  expect(body.startsWith(planMarker)).toBe(true)
  expect(body).toContain("longer than a comment may be")
  expect(body.match(/^```/gm)?.length).toBe(2)
  expect(body.match(/<details>/g)?.length).toBe(body.match(/<\/details>/g)?.length)
})

test("a run without a plan says so instead of showing an old one", () => {
  const common = { headSha: "f".repeat(40), runUrl: "https://run.test/1" }
  expect(planCommentBody({ ...common, plan: undefined })).toContain("The run made no plan")
  expect(planCommentBody({ ...common, plan: " \n" })).toContain("The run made no plan")
})

test("what is short enough is not cut", () => {
  expect(cutTo("short", 5, "note")).toBe("short")
})

test("names in a drift report cannot leave the fence", () => {
  const body = driftBody("production", "service ````\n@everyone\n```")
  const fence = "`````"
  expect(body.split(fence)).toHaveLength(3)
  expect(body.split(fence)[1]).toContain("@everyone")
})
