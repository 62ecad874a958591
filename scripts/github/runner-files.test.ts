import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { addSummary, setOutput } from "./runner-files.ts"

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quickcart-runner-"))
  vi.stubEnv("GITHUB_OUTPUT", join(directory, "output"))
  vi.stubEnv("GITHUB_STEP_SUMMARY", join(directory, "summary"))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true, force: true })
})

test("a value cannot set other outputs", () => {
  setOutput("id", "1\nend\nEOF\ncurrent=true")
  const lines = readFileSync(join(directory, "output"), "utf8").trimEnd().split("\n")
  const end = lines[0]?.split("<<")[1] ?? ""
  expect(lines[0]).toMatch(/^id<<end-[0-9a-f-]{36}$/)
  expect(lines.slice(1, -1)).toEqual(["1", "end", "EOF", "current=true"])
  expect(lines.at(-1)).toBe(end)
  setOutput("id", "1")
  expect(readFileSync(join(directory, "output"), "utf8").split(end)).toHaveLength(3)
})

test("a summary that GitHub would drop is cut instead", () => {
  addSummary("ü".repeat(1024 * 1024))
  const written = readFileSync(join(directory, "summary"))
  expect(written.length).toBeLessThanOrEqual(1024 * 1024)
  expect(written.toString()).toContain("(cut)")
})
